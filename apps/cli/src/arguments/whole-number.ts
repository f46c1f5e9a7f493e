import { WrongUsage } from '../client/cli-failure.js';

/** Reads the value of a flag that takes a whole number from 0. */
export function wholeNumber(flag: string): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text)) throw new WrongUsage(`${flag} takes a whole number, not "${text}"`);
    return Number(text);
  };
}
