/** Says where a code went, without telling whether the address has an account. */
export function MailedTo({ email }: { email: string }) {
  return (
    <>
      A mail is on its way to <strong>{email}</strong>. Type the code in it within 15 minutes, or open its link within
      an hour.
    </>
  );
}
