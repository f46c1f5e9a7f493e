/** The open days of one calendar; dates are `YYYY-MM-DD`. `undefined`: there is none within 366 days, which is as far as a day is ever moved. */
export interface OperatingDays {
  isOpen(date: string): boolean;
  /** The date itself when it is open, else the first open one after it. */
  next(date: string): string | undefined;
  /** The date itself when it is open, else the last open one before it. */
  previous(date: string): string | undefined;
  /** From an open day so many open days on, or back if negative; 0 is the day itself. */
  shift(date: string, count: number): string | undefined;
}
