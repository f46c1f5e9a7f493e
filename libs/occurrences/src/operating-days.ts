/** The open days of one calendar; dates are `YYYY-MM-DD`. `undefined`: there is none as far as the calendar reaches. */
export interface OperatingDays {
  isOpen(date: string): boolean;
  /** The first open day after `date`, which is never `date` itself. */
  next(date: string): string | undefined;
  /** The last open day before `date`, which is never `date` itself. */
  previous(date: string): string | undefined;
  /** From an open day so many open days on, or back if negative; 0 is the day itself. */
  shift(date: string, count: number): string | undefined;
}
