import { money } from '../money';
import styles from './OrderLines.module.css';

interface Line {
  name: string;
  quantity: number;
  /** Minor units, of all of them. */
  amount: number;
  imageUrl?: string | null;
}

interface Bill {
  lines: Line[];
  amountTotal: number;
  amountRefunded: number;
  currency: string;
}

/** What was bought and what it came to. */
export function OrderLines({ order: { lines, amountTotal, amountRefunded, currency } }: { order: Bill }) {
  const areSeen = lines.some(({ imageUrl }) => imageUrl);
  return (
    <div className={styles.bill}>
      <ul className={styles.lines} data-seen={areSeen || undefined}>
        {lines.map(({ name, quantity, amount, imageUrl }) => (
          <li key={name} className={styles.line}>
            {areSeen &&
              (imageUrl ? <img src={imageUrl} alt="" className={styles.image} /> : <span className={styles.image} />)}
            <span className={styles.name}>
              {name}
              {quantity > 1 && <span className={styles.quantity}> × {quantity}</span>}
            </span>
            <span className={styles.amount}>{money(amount, currency)}</span>
          </li>
        ))}
      </ul>
      <dl className={styles.sums}>
        <div>
          <dt>Total</dt>
          <dd>{money(amountTotal, currency)}</dd>
        </div>
        {amountRefunded > 0 && (
          <div data-quiet>
            <dt>Refunded</dt>
            <dd>{money(-amountRefunded, currency)}</dd>
          </div>
        )}
      </dl>
    </div>
  );
}
