import type { Mailed } from '../../auth';

/** A mail was asked for: to which address, and the flow its code belongs to. */
export interface Asked {
  email: string;
  mailed: Mailed;
}
