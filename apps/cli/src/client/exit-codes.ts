/** What the process answers to its caller (design section 9). Scripts rely on these numbers. */
export const EXIT = {
  done: 0,
  /** The server refused, or something failed on the way. */
  refused: 1,
  usage: 2,
  unreachable: 3,
  /** `run watch` and `run start --wait`: the run did not succeed, or it is failing and waits for an operator. */
  notSucceeded: 4,
  /** Ctrl-C, as shells number it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0  done; with watch or --wait: the run succeeded
  1  refused by the server, or failed
  2  wrong usage
  3  the server cannot be reached
  4  watch or --wait: the run ended otherwise, or is failing and waits for an operator
`;
