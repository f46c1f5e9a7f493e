import { WrongUsage } from '../client/cli-failure.js';

/** Seconds. An agent that was restarted, or whose link broke, is back in less. */
export const DEFAULT_AGENT_GRACE = 30;
const LONGEST = 24 * 60 * 60;

/** How long an agent may be silent before that is put on record, in seconds. */
export function agentGrace(text: string | undefined): number {
  if (text === undefined) return DEFAULT_AGENT_GRACE;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > LONGEST) throw new WrongUsage(`--agent-grace takes a whole number of seconds from 1 to ${LONGEST}, not "${text}"`);
  return seconds;
}
