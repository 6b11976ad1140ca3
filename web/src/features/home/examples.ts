/** A call that runs as it stands, in one language. */
export interface Example {
  id: string;
  name: string;
  text: string;
}

/** Asks this server what it sells itself. */
export function examplesFor(baseUrl: string, publishableKey: string | null): Example[] {
  return [
    {
      id: 'curl',
      name: 'curl',
      text: `curl ${baseUrl}/api/tiers \\\n  -H 'X-Publishable-Key: ${publishableKey}'`,
    },
    {
      id: 'js',
      name: 'JavaScript',
      text: `const answer = await fetch('${baseUrl}/api/tiers', {
  headers: { 'X-Publishable-Key': '${publishableKey}' },
});
console.log(await answer.json());`,
    },
    {
      id: 'react',
      name: 'React',
      text: `import { use } from 'react';

const plans = fetch('${baseUrl}/api/tiers', {
  headers: { 'X-Publishable-Key': '${publishableKey}' },
}).then((answer) => answer.json());

export function Plans() {
  return use(plans).tiers.map(({ id, displayName }) => <p key={id}>{displayName}</p>);
}`,
    },
    {
      id: 'python',
      name: 'Python',
      text: `import json
from urllib.request import Request, urlopen

call = Request("${baseUrl}/api/tiers", headers={"X-Publishable-Key": "${publishableKey}"})
print(json.load(urlopen(call)))`,
    },
  ];
}

/** The call that counts, and what comes back below and at the limit. */
export const COUNTING = {
  call: `curl -X POST …/api/data \\
  -H 'Authorization: Bearer sk_live_…' \\
  -H 'X-User-Id: ada'`,
  fine: `200
{ "usage": { "plan": "free",
    "usageCount": 99, "limit": 100 } }`,
  full: `403
{ "code": "tier_limit_reached",
  "message": "Tier limit reached. …" }`,
};
