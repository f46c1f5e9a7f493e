import { EventEmitter, once } from 'node:events';
import type { sendUnaryData, ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type * as Gossip from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_pb.js';
import type * as GossipService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/gossip_grpc_pb.js';
import type * as Features from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js';
import type * as FeaturesService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js';
import type * as Messages from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type * as StreamsService from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js';
import { batchAnswer, protocol, readAnswer, wantedBy } from './kurrentdb-stand-in.messages.js';
import { StandInLog } from './kurrentdb-stand-in.log.js';

const streams = protocol<typeof StreamsService>('streams_grpc_pb');
const features = protocol<typeof Features>('serverfeatures_pb');
const featuresService = protocol<typeof FeaturesService>('serverfeatures_grpc_pb');
const gossip = protocol<typeof Gossip>('gossip_pb');
const gossipService = protocol<typeof GossipService>('gossip_grpc_pb');

type Reading = ServerWritableStream<Messages.ReadReq, Messages.ReadResp>;
type Appending = ServerDuplexStream<Messages.BatchAppendReq, Messages.BatchAppendResp>;

/**
 * A stand-in of KurrentDB: it speaks as much of the protocol as the adapter uses, in memory, and fails when it is told to. It is held to the contract
 * suite through the real client; what a real server does beside that, it cannot prove.
 */
export class KurrentDbStandIn {
  port = 0;
  /** The node that this one takes for the leader; itself to begin with. */
  leader: KurrentDbStandIn = this;
  members: readonly KurrentDbStandIn[] = [this];
  isAlive = false;
  appendsSeen = 0;
  readsSeen = 0;
  subscriptionsSeen = 0;
  /** Reads with a filter: the database goes through what others wrote. */
  searchesSeen = 0;
  private server = new Server();
  private frozen: (() => void)[] | undefined;
  private readonly asked = new EventEmitter();
  private answersToLose = 0;
  private appendsToSwallow = 0;
  private appenders = 0;
  private searches: (() => void)[] | undefined;
  private isMute = false;

  constructor(readonly log = new StandInLog()) {}

  get url(): string {
    return `kurrentdb://127.0.0.1:${this.port}?tls=false`;
  }

  async start(): Promise<this> {
    this.server = new Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
    this.server.addService(streams.StreamsService, { read: (call: Reading) => this.later(() => this.read(call)), batchAppend: (call: Appending) => this.batchAppend(call) });
    this.server.addService(featuresService.ServerFeaturesService, { getSupportedMethods: (_: unknown, answer: sendUnaryData<Features.SupportedMethods>) => this.later(() => answer(null, supported())) });
    this.server.addService(gossipService.GossipService, { read: (_: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<Gossip.ClusterInfo>) => this.later(() => answer(null, this.cluster())) });
    this.port = await new Promise((resolve, reject) => {
      this.server.bindAsync(`127.0.0.1:${this.port}`, ServerCredentials.createInsecure(), (error, port) => (error === null ? resolve(port) : reject(error)));
    });
    this.isAlive = true;
    return this;
  }

  /** As SIGKILL: connections break, what was acknowledged stays. `start()` brings it back on the same port. */
  kill(): void {
    this.isAlive = false;
    this.frozen = undefined;
    this.server.forceShutdown();
  }

  /** As SIGSTOP: connections stay, nothing is answered. */
  freeze(): void {
    this.frozen ??= [];
  }

  /** As SIGCONT: everything that was asked meanwhile is done now, in order. */
  thaw(): void {
    const held = this.frozen ?? [];
    this.frozen = undefined;
    for (const work of held) work();
  }

  /** The next appends are written, and their answers lost with the connection. */
  loseAnswers(count: number): void {
    this.answersToLose = count;
  }

  /** As a node in the middle of an election: it takes the next appends, writes none of them and answers none. */
  swallowAppends(count: number): void {
    this.appendsToSwallow = count;
  }

  /** Resolves once nobody has a connection to append on any more. */
  async appendersGone(): Promise<void> {
    while (this.appenders > 0) await once(this.asked, 'left');
  }

  /** Resolves once a frozen node has been asked so often. */
  async holds(questions: number): Promise<void> {
    while ((this.frozen?.length ?? 0) < questions) await once(this.asked, 'held');
  }

  /** As in a database full of what others wrote: reads with a filter find no end, all others are answered at once. */
  holdSearches(): void {
    this.searches ??= [];
  }

  endSearches(): void {
    const held = this.searches ?? [];
    this.searches = undefined;
    for (const answer of held) answer();
  }

  /** Resolves once so many more reads without a filter were asked. */
  async readsWithoutFilter(more: number): Promise<void> {
    const before = this.readsSeen - this.searchesSeen;
    while (this.readsSeen - this.searchesSeen < before + more) await once(this.asked, 'read');
  }

  /** Subscriptions stay open, and tell nothing from now on. */
  muteSubscriptions(): void {
    this.isMute = true;
  }

  private later(work: () => void): void {
    if (this.frozen === undefined) work();
    else {
      this.frozen.push(work);
      this.asked.emit('held');
    }
  }

  private batchAppend(call: Appending): void {
    const parts: Messages.BatchAppendReq[] = [];
    this.appenders += 1;
    call.once('close', () => {
      this.appenders -= 1;
      this.asked.emit('left');
    });
    call.on('data', (request: Messages.BatchAppendReq) => {
      parts.push(request);
      if (!request.getIsFinal()) return;
      const whole = parts.splice(0);
      this.later(() => this.appendAndAnswer(call, whole));
    });
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  }

  private appendAndAnswer(call: Appending, parts: readonly Messages.BatchAppendReq[]): void {
    this.appendsSeen += 1;
    if (this.appendsToSwallow > 0) return void (this.appendsToSwallow -= 1);
    const answer = batchAnswer(this.log, parts);
    if (this.answersToLose > 0) {
      this.answersToLose -= 1;
      call.emit('error', Object.assign(new Error('the connection broke'), { code: status.UNAVAILABLE, details: 'the connection broke' }));
    } else call.write(answer);
  }

  private read(call: Reading): void {
    const options = call.request.getOptions()!;
    if (call.metadata.get('requires-leader')[0] === 'true' && this.leader !== this) return this.refuse(call);
    if (options.hasSubscription()) return this.subscribe(call);
    this.readsSeen += 1;
    if (options.getFilter() !== undefined) this.searchesSeen += 1;
    this.asked.emit('read');
    const answer = (): void => void this.send(call, options).catch((error: Error) => call.emit('error', error));
    if (this.searches !== undefined && options.getFilter() !== undefined) this.searches.push(answer);
    else answer();
  }

  private async send(call: Reading, options: Messages.ReadReq.Options): Promise<void> {
    const name = options.getStream()?.getStreamIdentifier()?.getStreamName_asU8();
    if (name !== undefined && this.log.stream(Buffer.from(name).toString()).length === 0) call.write(readAnswer('absent'));
    for (const event of wantedBy(options, this.log)) {
      if (!call.write(readAnswer(event))) await once(call, 'drain');
    }
    call.end();
  }

  /** From a position on, that one not included; sends what comes, and how far it has looked. */
  private subscribe(call: Reading): void {
    this.subscriptionsSeen += 1;
    const options = call.request.getOptions()!;
    const every = 32 * options.getFilter()!.getCheckpointintervalmultiplier();
    const from = options.getAll()?.getPosition();
    let next = from === undefined ? 0 : this.log.indexAt(Number(from.getCommitPosition()));
    if (next === undefined) return void call.emit('error', unknown('InvalidPosition'));
    if (from !== undefined) next += this.log.events[next] === undefined ? 0 : 1;
    const prefixes = options.getFilter()!.getStreamIdentifier()!.getPrefixList();
    const push = (): void => {
      if (this.isMute) return;
      for (; next! < this.log.events.length; next! += 1) {
        const event = this.log.events[next!]!;
        if (prefixes.some((prefix) => event.stream.startsWith(prefix))) call.write(readAnswer(event));
        else if (next! % every === 0) call.write(readAnswer(event.position));
      }
    };
    call.write(readAnswer('confirmed'));
    push();
    const stop = this.log.onAppend(() => this.later(push));
    for (const end of ['cancelled', 'close', 'error']) call.on(end, stop);
  }

  private refuse(call: Reading): void {
    const metadata = new Metadata();
    metadata.set('exception', 'not-leader');
    metadata.set('leader-endpoint-host', '127.0.0.1');
    metadata.set('leader-endpoint-port', String(this.leader.port));
    call.emit('error', Object.assign(new Error('Leader info available'), { code: status.NOT_FOUND, details: 'Leader info available', metadata }));
  }

  private cluster(): Gossip.ClusterInfo {
    const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
    return new gossip.ClusterInfo().setMembersList(this.members.map((member) => new gossip.MemberInfo()
      .setState(member === this.leader ? LEADER : FOLLOWER)
      .setIsAlive(member.isAlive)
      .setTimeStamp('0')
      .setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(member.port))));
  }
}

function supported(): Features.SupportedMethods {
  const methods = ['batchappend', 'read'].map((name) => new features.SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName(name));
  return new features.SupportedMethods().setEventStoreServerVersion('24.10.4').setMethodsList(methods);
}

function unknown(details: string): Error {
  return Object.assign(new Error(details), { code: status.UNKNOWN, details });
}

/** A cluster: nodes with one log, the first of them its leader. */
export async function standInCluster(nodes: number): Promise<readonly KurrentDbStandIn[]> {
  const log = new StandInLog();
  const members = await Promise.all(Array.from({ length: nodes }, () => new KurrentDbStandIn(log).start()));
  for (const member of members) Object.assign(member, { members, leader: members[0] });
  return members;
}
