import type { Receipt } from '#events/agent.events';
import type { CancelFrame, DispatchFrame, StopFrame } from '#protocol/agent-link';
import type { KeeperStep } from '../keeper-options.js';

export interface KeeperHostConfig {
  readonly dataDir: string;
  readonly slots: number;
  readonly bootId?: string;
  readonly workDir?: string;
  /** The file of a module with tasks, and how many hosts. */
  readonly tasks?: { readonly module: string; readonly hosts: number };
  readonly taskGraceMs?: number;
  readonly crashAt?: { readonly step: KeeperStep; readonly occurrence: number };
}

export type KeeperCall =
  | { readonly do: 'offer'; readonly frame: DispatchFrame }
  | { readonly do: 'cancel'; readonly frame: CancelFrame }
  | { readonly do: 'stop'; readonly frame: StopFrame }
  | { readonly do: 'reports' | 'hello' | 'close' }
  | { readonly do: 'acknowledge'; readonly executionId: string; readonly sequence: number; readonly receipt: Receipt }
  | { readonly do: 'session'; readonly session: number };
