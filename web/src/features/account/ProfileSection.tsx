import { TextInput } from '@mantine/core';
import { useState } from 'react';

import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { changeName } from './calls';
import { Section, type SectionProps } from './Section';

/** First and last name. */
export function ProfileSection({ account }: SectionProps) {
  const context = usePageContext();
  const [isSaved, setSaved] = useState(false);
  const form = useForm({
    run: async ({ firstName = '', lastName = '' }) => {
      setSaved(false);
      await changeName(context, firstName.trim(), lastName.trim());
      setSaved(true);
    },
  });
  const { firstName, lastName } = account.user;
  return (
    <Section id="profile" title="Profile" about={`How ${context.project.name} addresses you. Both may stay empty.`}>
      <Form form={form} action="Save" compact quiet below={isSaved && <Notice kind="success" text="Saved." />}>
        <TextInput
          name="firstName"
          label="First name"
          autoComplete="given-name"
          size="md"
          defaultValue={firstName ?? ''}
          error={form.errors['firstName']}
        />
        <TextInput
          name="lastName"
          label="Last name"
          autoComplete="family-name"
          size="md"
          defaultValue={lastName ?? ''}
          error={form.errors['lastName']}
        />
      </Form>
    </Section>
  );
}
