import type { FieldError, Problem } from '../api';

/** What went wrong, in the words of the page. */
export interface Told {
  text: string;
  /** For the support; only where nobody but the operator can help. */
  requestId: string | null;
}

/** What happened and what to do, for the person in front of the page. */
export function tell(problem: Problem): Told {
  return { text: text(problem), requestId: problem.status >= 500 ? problem.requestId : null };
}

function text(problem: Problem): string {
  switch (problem.code) {
    case 'offline':
      return 'The server could not be reached. Check your connection, then try again. What you typed is still here.';
    case 'timeout':
      return 'The server took too long to answer. Try again in a moment.';
    case 'invalid_credentials':
      return 'The e-mail address or the password is wrong. Correct them, or reset your password.';
    case 'invalid_code':
      return 'This code is wrong, used or too old. Check it, or ask for a new one.';
    case 'signed_out':
      return 'You are no longer signed in. Sign in again to go on.';
    case 'reauthentication_required':
      return 'For your safety this needs a fresh sign-in. Sign in again, then repeat it.';
    case 'mail_not_configured':
      return 'This server cannot send mail yet, and this step needs it. Its operator has to set up mail.';
    case 'stripe_unavailable':
      return `Stripe does not answer at the moment. Nothing was changed. Try again ${soon(problem)}.`;
    case 'provider_failed':
      return sentence(problem.message);
    case 'shutting_down':
    case 'not_ready':
    case 'overloaded':
      return `The server is busy at the moment. Nothing was changed. Try again ${soon(problem)}.`;
  }
  if (problem.status === 429) return `Too many tries in a short time. Wait a moment and try again ${soon(problem)}.`;
  if (problem.status >= 500) return 'Something is wrong on our side. Nothing is lost: try again in a moment.';
  return sentence(problem.message);
}

/** What is wrong with a field and how to mend it: "The password is too common. Choose another one." */
export function tellField(field: FieldError, code: string): string {
  if (code === 'reauthentication_required') return 'This is not your password. Type the one you sign in with.';
  const name = FIELDS[field.location];
  const message =
    name && /^(is|must|has|does|was|needs|cannot)\b/.test(field.message) ? `${name} ${field.message}` : field.message;
  return [message, field.fix].filter(Boolean).map(sentence).join(' ');
}

const FIELDS: Record<string, string | undefined> = {
  email: 'The e-mail address',
  password: 'The password',
  newPassword: 'The password',
  currentPassword: 'The password',
  code: 'The code',
  firstName: 'The first name',
  lastName: 'The last name',
  confirm: 'The text',
};

function soon({ retryAfterSeconds }: Problem): string {
  if (!retryAfterSeconds) return 'in a minute';
  if (retryAfterSeconds < 90) return `in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}`;
  return `in ${Math.ceil(retryAfterSeconds / 60)} minutes`;
}

function sentence(words: string): string {
  const text = words.trim();
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?]$/.test(begun) || begun === '' ? begun : `${begun}.`;
}
