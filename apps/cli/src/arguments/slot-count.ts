import { WrongUsage } from '../client/cli-failure.js';

export const DEFAULT_SLOTS = 8;
/** The protocol's limit for a hello. */
const MOST_SLOTS = 10_000;

/** How many jobs an agent runs at once. */
export function slotCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SLOTS;
  const slots = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (slots < 1 || slots > MOST_SLOTS) throw new WrongUsage(`--slots takes a whole number from 1 to ${MOST_SLOTS}, not "${text}"`);
  return slots;
}
