import type { PageContext, PageError } from '../../context';

/** What is wrong with a page, for the person in front of it and for the one who made the link. */
export interface Explanation {
  title: string;
  forUser: string;
  forDeveloper: string;
}

export function explain(error: PageError, { project, publishableKey }: PageContext): Explanation {
  const back = `Nothing happened to your account. Go back to ${publishableKey ? project.name : 'the app'} and tell its makers.`;
  switch (error.code) {
    case 'redirect_not_allowed':
      return {
        title: 'This link leads to a place that is not allowed',
        forUser: `It would send you on to an address that ${project.name} has not allowed. ${back}`,
        forDeveloper:
          'Add the exact origin of redirect to the allowed origins of the project with POST /projects/settings. Test mode allows loopback addresses by itself; live mode allows only what is on the list.',
      };
    case 'redirect_not_configured':
      return {
        title: 'This link leads nowhere',
        forUser: `It does not say where to go afterwards. ${back}`,
        forDeveloper:
          'Send redirect with the address of your app, or set defaultRedirect with POST /projects/settings.',
      };
    case 'not_found':
    case 'project_not_found':
    case 'invalid_publishable_key':
      return {
        title: 'This link belongs to no app',
        forUser: `The app that sent you here is not known on this server. ${back}`,
        forDeveloper:
          'Check pk in the address: it is the publishable key of your project and begins pk_test_ or pk_live_.',
      };
    case 'code_challenge_required':
      return {
        title: 'This link is from an old version of the app',
        forUser: `Load the app again and start once more. ${back}`,
        forDeveloper:
          'The project has switched off tokens in addresses (legacyToken). Use the current SDK, which sends code_challenge, and exchange the code.',
      };
  }
  return {
    title: 'This page cannot work',
    forUser: `Something is wrong with the link that brought you here, or with the server. ${back}`,
    forDeveloper: 'Compare the address with the one that the SDK makes, then look at the message below.',
  };
}
