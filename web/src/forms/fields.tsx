import { ActionIcon, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';

import { Eye } from '../parts/Eye';
import styles from './fields.module.css';
import type { Errors, Values } from './useForm';

/** Lengths that the server takes. */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 256;
const CODE_DIGITS = 6;

interface FieldProps {
  errors: Errors;
  name?: string;
  label?: string;
  help?: string;
  defaultValue?: string;
  autoFocus?: boolean;
}

interface EmailFieldProps extends FieldProps {
  /** Whether it names the account, or is only an address. */
  kind?: 'username' | 'email';
}

/** An e-mail address that password managers know. */
export function EmailField({
  errors,
  name = 'email',
  label = 'E-mail address',
  help,
  kind = 'username',
  ...rest
}: EmailFieldProps) {
  return (
    <TextInput
      {...rest}
      name={name}
      type="email"
      inputMode="email"
      autoComplete={kind}
      autoCapitalize="none"
      spellCheck={false}
      label={label}
      description={errors[name] ? undefined : help}
      error={errors[name]}
      size="md"
    />
  );
}

interface PasswordFieldProps extends FieldProps {
  /** Whether the password is made here or typed again. */
  kind: 'current' | 'new';
}

/** A password with a button that shows it. */
export function PasswordField({
  errors,
  name = 'password',
  label = 'Password',
  help,
  kind,
  ...rest
}: PasswordFieldProps) {
  const [visible, setVisible] = useState(false);
  return (
    <PasswordInput
      {...rest}
      name={name}
      autoComplete={kind === 'new' ? 'new-password' : 'current-password'}
      label={label}
      description={errors[name] || kind === 'current' ? undefined : (help ?? `At least ${PASSWORD_MIN} characters.`)}
      error={errors[name]}
      aria-invalid={errors[name] ? true : undefined}
      size="md"
      visible={visible}
      rightSection={
        <ActionIcon
          variant="transparent"
          c="dimmed"
          size={36}
          aria-label={visible ? 'Hide password' : 'Show password'}
          aria-pressed={visible}
          onClick={() => setVisible(!visible)}
        >
          <Eye crossed={visible} />
        </ActionIcon>
      }
      rightSectionWidth={44}
    />
  );
}

/** A six-digit code: one field, so that phones and password managers can fill it. */
export function CodeField({ errors, name = 'code', label = 'Code', help, ...rest }: FieldProps) {
  return (
    <TextInput
      {...rest}
      name={name}
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="[0-9]*"
      label={label}
      description={errors[name] ? undefined : help}
      error={errors[name]}
      size="md"
      classNames={{ input: styles.code ?? '' }}
    />
  );
}

/** Names the account for password managers where its address is not asked for. */
export function HiddenUsername({ email }: { email: string }) {
  return <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />;
}

/** What is wrong with an e-mail address, as far as a page can tell. */
export function checkEmail({ email = '' }: Values): Errors {
  if (email.trim() === '') return { email: 'Enter your e-mail address.' };
  if (!/^[^\s@]+@[^\s@]+$/.test(email.trim())) return { email: 'Enter a whole address, like ada@example.com.' };
  return {};
}

/** What is wrong with a new password: only its length is policed. */
export function checkNewPassword(values: Values, name = 'password'): Errors {
  const length = [...(values[name] ?? '')].length;
  if (length === 0) return { [name]: 'Choose a password.' };
  if (length < PASSWORD_MIN) return { [name]: `Use at least ${PASSWORD_MIN} characters; this has ${length}.` };
  if (length > PASSWORD_MAX) return { [name]: `Use at most ${PASSWORD_MAX} characters; this has ${length}.` };
  return {};
}

/** What is wrong with a password that is only compared. */
export function checkPassword(values: Values, name = 'password'): Errors {
  return values[name] ? {} : { [name]: 'Enter your password.' };
}

/** What is wrong with a code; blanks and dashes of a pasted one do not matter. */
export function checkCode({ code = '' }: Values): Errors {
  const digits = digitsOf(code);
  if (digits === '') return { code: 'Enter the code from the mail.' };
  return digits.length === CODE_DIGITS
    ? {}
    : { code: `The code has ${CODE_DIGITS} digits; this has ${digits.length}.` };
}

/** The digits of a code as it was typed or pasted. */
export function digitsOf(code: string): string {
  return code.replace(/\D/g, '');
}
