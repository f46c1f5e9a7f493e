/** What `kiroku server` hands to the server. */
export interface ServerOptions {
  listen: { host: string; port: number };
  data: string;
  /** Where the log is: `sqlite:FILE`, or the URL of a database. */
  store: string;
  /** Where the other servers on the same log reach this one. */
  advertise?: string | undefined;
  agentGraceSeconds: number;
}

/** What `kiroku agent start` hands to the agent. */
export interface AgentOptions {
  name: string;
  servers: string[];
  data: string;
  token?: string;
  slots: number;
  tasks?: { module: string; hosts?: number };
}

export interface ServerModule {
  startServer(options: ServerOptions): Promise<void>;
}

export interface AgentModule {
  startAgent(options: AgentOptions): Promise<void>;
}

/** How far a copy of a log is; `position` and `end` are the source's. */
export interface CopyProgress {
  readonly phase: 'comparing' | 'copying' | 'verifying';
  readonly events: number;
  readonly position: bigint;
  readonly end: bigint;
}

export interface CopyResult {
  readonly found: number;
  readonly copied: number;
  readonly events: number;
  readonly appends: number;
  readonly streams: number;
  readonly sha256: string;
  readonly position: bigint;
  readonly positionsKept: boolean;
}

export interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly sourceStopped: boolean;
  readonly onProgress: (progress: CopyProgress) => void;
  readonly signal: AbortSignal;
}

/** The one thing that the command does with a log itself: no server may have it meanwhile. */
export interface CopyingModule {
  copyBetween(options: CopyOptions): Promise<CopyResult>;
}

type TextOutput = NodeJS.WritableStream & { isTTY?: boolean };

/** All that a command may touch of the world around it. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What to call a variable whose value stands in a configuration file. */
  sourceOf?(variable: string): string;
  readonly cwd: string;
  /** The folder of Kiroku's own package.json; `up` keeps its data there. */
  readonly checkout: string;
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Loaded on demand, because Nest would make every client command slow. */
  loadServer(): Promise<ServerModule>;
  loadAgent(): Promise<AgentModule>;
  loadCopying(): Promise<CopyingModule>;
}
