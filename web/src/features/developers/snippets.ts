/** A few lines that make the first call, in one language. */
export interface Snippet {
  id: string;
  name: string;
  /** What has to be there first. */
  first: string;
  file: string;
  text: string;
}

/** The quickstart, with the address of this server and the keys of a project in it. Secrets are read from the environment. */
export function snippetsFor(baseUrl: string, publishableKey: string): Snippet[] {
  return [
    curl(baseUrl, publishableKey),
    script(baseUrl),
    react(baseUrl, publishableKey),
    next(baseUrl),
    vue(baseUrl, publishableKey),
    python(baseUrl),
  ];
}

function curl(baseUrl: string, publishableKey: string): Snippet {
  return {
    id: 'curl',
    name: 'curl',
    first: 'export DREAM_SECRET_KEY=sk_…',
    file: 'In a terminal',
    text: `# What you sell
curl ${baseUrl}/api/tiers \\
  -H "X-Publishable-Key: ${publishableKey}"

# Count one request of somebody; at the limit the answer is 403
curl -X POST ${baseUrl}/api/data \\
  -H "Authorization: Bearer $DREAM_SECRET_KEY" \\
  -H "X-User-Id: somebody"

# Where that person stands
curl ${baseUrl}/api/usage \\
  -H "Authorization: Bearer $DREAM_SECRET_KEY" \\
  -H "X-User-Id: somebody"
`,
  };
}

function script(baseUrl: string): Snippet {
  return {
    id: 'js',
    name: 'JavaScript',
    first: 'npm install dream-sdk',
    file: 'On your server: limits.mjs',
    text: `import { DreamAPI, TierLimitException } from 'dream-sdk';

const api = new DreamAPI({
  secretKey: process.env.DREAM_SECRET_KEY,
  baseUrl: '${baseUrl}',
});

try {
  const { usage } = await api.usage.track({}, { userId: 'somebody' });
  console.log(\`\${usage.usageCount} of \${usage.limit} used\`);
} catch (error) {
  if (!(error instanceof TierLimitException)) throw error;
  console.log('The limit is reached');
}
`,
  };
}

function react(baseUrl: string, publishableKey: string): Snippet {
  return {
    id: 'react',
    name: 'React',
    first: 'npm install dream-sdk',
    file: 'src/Account.tsx',
    text: `import { useSyncExternalStore } from 'react';
import { DreamAPI } from 'dream-sdk';

const api = new DreamAPI({
  publishableKey: '${publishableKey}',
  baseUrl: '${baseUrl}',
});
void api.auth.init();

function useUser() {
  return useSyncExternalStore(
    (changed) => api.auth.onChange(changed),
    () => api.auth.getUser(),
    () => null,
  );
}

export function Account() {
  const user = useUser();
  if (!user) return <button onClick={() => api.auth.signIn()}>Sign in</button>;
  return <button onClick={() => api.usage.track()}>Use one of the plan {user.plan}</button>;
}
`,
  };
}

function next(baseUrl: string): Snippet {
  return {
    id: 'next',
    name: 'Next.js',
    first: 'npm install dream-sdk',
    file: 'app/answer/route.ts',
    text: `import { DreamAPI, TierLimitException } from 'dream-sdk';

const api = new DreamAPI({
  secretKey: process.env.DREAM_SECRET_KEY,
  baseUrl: '${baseUrl}',
});

// In the page: fetch('/answer', { method: 'POST', headers: { Authorization: \`Bearer \${await api.auth.getToken()}\` } })
export async function POST(request: Request) {
  const userToken = request.headers.get('Authorization')?.replace(/^Bearer /, '');
  if (!userToken) return Response.json({ error: 'Sign in first' }, { status: 401 });
  try {
    const { usage } = await api.usage.track({}, { userToken });
    return Response.json({ left: usage.remaining });
  } catch (error) {
    if (!(error instanceof TierLimitException)) throw error;
    return Response.json({ error: 'The limit is reached' }, { status: 403 });
  }
}
`,
  };
}

function vue(baseUrl: string, publishableKey: string): Snippet {
  return {
    id: 'vue',
    name: 'Vue',
    first: 'npm install dream-sdk',
    file: 'src/Account.vue',
    text: `<script setup lang="ts">
import { onUnmounted, shallowRef } from 'vue';
import { DreamAPI } from 'dream-sdk';

const api = new DreamAPI({
  publishableKey: '${publishableKey}',
  baseUrl: '${baseUrl}',
});
const user = shallowRef(api.auth.getUser());
onUnmounted(api.auth.onChange(() => (user.value = api.auth.getUser())));
void api.auth.init();
</script>

<template>
  <button v-if="user" @click="api.usage.track()">Use one of the plan {{ user.plan }}</button>
  <button v-else @click="api.auth.signIn()">Sign in</button>
</template>
`,
  };
}

function python(baseUrl: string): Snippet {
  return {
    id: 'python',
    name: 'Python',
    first: 'export DREAM_SECRET_KEY=sk_…',
    file: 'limits.py',
    text: `import json
import os
from urllib.error import HTTPError
from urllib.request import Request, urlopen

call = Request(
    "${baseUrl}/api/data",
    method="POST",
    headers={
        "Authorization": "Bearer " + os.environ["DREAM_SECRET_KEY"],
        "X-User-Id": "somebody",
    },
)
try:
    with urlopen(call) as answer:
        usage = json.load(answer)["usage"]
    print(usage["usageCount"], "of", usage["limit"], "used")
except HTTPError as error:
    if error.code != 403:
        raise
    print("The limit is reached")
`,
  };
}
