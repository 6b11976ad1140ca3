/** The sign on the button that shows a password; crossed out while it is shown. */
export function Eye({ crossed }: { crossed: boolean }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={20}
      height={20}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      aria-hidden="true"
    >
      <path d="M1.7 10S4.6 4.6 10 4.6 18.3 10 18.3 10 15.4 15.4 10 15.4 1.7 10 1.7 10Z" strokeLinejoin="round" />
      <circle cx={10} cy={10} r={2.5} />
      {crossed && <path d="m3.5 16.5 13-13" strokeLinecap="round" />}
    </svg>
  );
}
