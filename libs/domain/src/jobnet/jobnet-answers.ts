import type { JobnetEvent } from '#events/jobnet.events';

/**
 * Where a jobnet stands. `disabled`: no run of it starts for now, and its definition may be worked on. `retired`: it is out of use, and
 * only seen by who asks for it. `absent`: nobody has defined it.
 */
export type JobnetMode = 'absent' | 'enabled' | 'disabled' | 'retired';

/** The codes of refusals; they are stable. */
type No = 'jobnet-not-found' | 'jobnet-disabled' | 'jobnet-retired';

/** What is asked of a jobnet, with all that may be answered: the event that is recorded, that it is so already, or a refusal. */
interface Answers {
  /** With a definition that differs; the same one is already so, unless it is refused. */
  readonly DefineJobnet: 'JobnetDefined' | 'JobnetRevised' | No;
  readonly EnableJobnet: 'JobnetEnabled' | 'already so' | No;
  readonly DisableJobnet: 'JobnetDisabled' | 'already so' | No;
  readonly RetireJobnet: 'JobnetRetired' | 'already so' | No;
  /** Recorded on the run's own stream. What runs already is never asked about. */
  readonly StartRun: 'RunStarted' | No;
}

/**
 * Every command in every state; neither a new one nor a new state compiles without its place here. A retired jobnet is not disabled on
 * the side: whoever disables everything for a night and enables it in the morning would bring it back without having meant to.
 */
export const jobnetAnswers: { readonly [Mode in JobnetMode]: Answers } = {
  absent: {
    DefineJobnet: 'JobnetDefined', EnableJobnet: 'jobnet-not-found', DisableJobnet: 'jobnet-not-found', RetireJobnet: 'jobnet-not-found', StartRun: 'jobnet-not-found',
  },
  enabled: { DefineJobnet: 'JobnetRevised', EnableJobnet: 'already so', DisableJobnet: 'JobnetDisabled', RetireJobnet: 'JobnetRetired', StartRun: 'RunStarted' },
  disabled: { DefineJobnet: 'JobnetRevised', EnableJobnet: 'JobnetEnabled', DisableJobnet: 'already so', RetireJobnet: 'JobnetRetired', StartRun: 'jobnet-disabled' },
  retired: { DefineJobnet: 'jobnet-retired', EnableJobnet: 'JobnetEnabled', DisableJobnet: 'jobnet-retired', RetireJobnet: 'already so', StartRun: 'jobnet-retired' },
};

/** The events of its own life; admissions of runs leave it where it is. */
export type JobnetLifeEvent = Extract<JobnetEvent, { type: `Jobnet${string}` }>;

type Moves = { readonly [Type in JobnetLifeEvent['type']]: Exclude<JobnetMode, 'absent'> | 'corrupt' };

/** Where each event leads. What no decision could have recorded is a corrupt history. */
export const nextJobnetMode: { readonly [Mode in JobnetMode]: Moves } = {
  absent: { JobnetDefined: 'enabled', JobnetRevised: 'corrupt', JobnetEnabled: 'corrupt', JobnetDisabled: 'corrupt', JobnetRetired: 'corrupt' },
  enabled: { JobnetDefined: 'corrupt', JobnetRevised: 'enabled', JobnetEnabled: 'corrupt', JobnetDisabled: 'disabled', JobnetRetired: 'retired' },
  disabled: { JobnetDefined: 'corrupt', JobnetRevised: 'disabled', JobnetEnabled: 'enabled', JobnetDisabled: 'corrupt', JobnetRetired: 'retired' },
  retired: { JobnetDefined: 'corrupt', JobnetRevised: 'corrupt', JobnetEnabled: 'enabled', JobnetDisabled: 'corrupt', JobnetRetired: 'corrupt' },
};
