/** Says where a code went, without telling whether the address has an account. */
export function MailedTo({ email }: { email: string }) {
  return (
    <>
      A mail is on its way to <strong>{email}</strong>. Type the code in it, or open its link. Both work for a short
      time.
    </>
  );
}
