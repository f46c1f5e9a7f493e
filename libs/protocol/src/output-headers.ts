/** Headers beside the bytes of an output (`./outputs`). In a file of their own, because the command line needs nothing but them. */
export const OUTPUT_HEADER = {
  execution: 'x-kiroku-execution',
  /** `true`: where this body ends, the output of an execution that has ended ends. */
  complete: 'x-kiroku-complete',
  /** Why it is not complete, for people; ASCII. */
  reason: 'x-kiroku-reason',
  /** `running` (it may write more), `ended`; from the agent as well. */
  state: 'x-kiroku-state',
  /** Only from the agent, which announces in it how many bytes will come: a content length would be taken for that of a message. */
  length: 'x-kiroku-length',
  /** Only between servers: the request came to one that has no session with the agent. */
  handedOn: 'x-kiroku-handed-on',
} as const;
