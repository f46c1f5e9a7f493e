import { createRequire } from 'node:module';
import { status } from '@grpc/grpc-js';
import type * as Shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import type * as Status from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js';
import type * as Messages from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { HeldEvent, Proposed, StandInLog } from './kurrentdb-stand-in.log.js';

const require = createRequire(import.meta.url);

/** The definitions of the protocol as the client ships them. */
export function protocol<Definitions>(name: string): Definitions {
  return require(`@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/${name}.js`) as Definitions;
}

const messages = protocol<typeof Messages>('streams_pb');
const shared = protocol<typeof Shared>('shared_pb');
const statuses = protocol<typeof Status>('status_pb');

/** What a real server takes in one call. */
const MAX_APPEND_BYTES = 1024 * 1024;

/** Appends what the parts of one request hold, and says what came of it. */
export function batchAnswer(log: StandInLog, parts: readonly Messages.BatchAppendReq[]): Messages.BatchAppendResp {
  const [first] = parts as [Messages.BatchAppendReq];
  const options = first.getOptions()!;
  const identifier = options.getStreamIdentifier()!;
  const answer = new messages.BatchAppendResp().setCorrelationId(first.getCorrelationId()).setStreamIdentifier(identifier);
  const proposed = parts.flatMap((part) => part.getProposedMessagesList()).map(proposal);
  if (proposed.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0) > MAX_APPEND_BYTES) {
    return answer.setError(failure('MaximumAppendSizeExceeded', new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_BYTES).serializeBinary()));
  }
  const expected = options.hasNoStream() ? -1 : options.hasStreamPosition() ? Number(options.getStreamPosition()) : 'any';
  const verdict = log.append(Buffer.from(identifier.getStreamName_asU8()).toString(), expected, proposed);
  if ('stands' in verdict) return answer.setError(failure('WrongExpectedVersion', wrongVersion(verdict.stands).serializeBinary()));
  const position = new shared.AllStreamPosition().setCommitPosition(String(verdict.position)).setPreparePosition(String(verdict.position));
  return answer.setSuccess(new messages.BatchAppendResp.Success().setCurrentRevision(String(verdict.revision)).setPosition(position));
}

function proposal(message: Messages.BatchAppendReq.ProposedMessage): Proposed {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId()!.getString(),
    type: metadata.get('type')!,
    contentType: metadata.get('content-type')!,
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function wrongVersion(stands: number): Shared.WrongExpectedVersion {
  const wrong = new shared.WrongExpectedVersion();
  return stands < 0 ? wrong.setCurrentNoStream(new shared.Empty()) : wrong.setCurrentStreamRevision(String(stands));
}

/** The reason lies in a `google.protobuf.Any`, whose class the client has only as a dependency of its own: written by hand. */
function failure(type: string, value: Uint8Array): Status.Status {
  const any = Buffer.concat([field(1, Buffer.from(`type.googleapis.com/event_store.client.${type}`)), field(2, value)]);
  return statuses.Status.deserializeBinary(field(3, any));
}

function field(number: number, value: Uint8Array): Buffer {
  const length: number[] = [];
  for (let rest = value.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([number << 3 | 2, ...length]), value]);
}

/** The events that a read asks for. The start of a read is included, of a stream as of the log. */
export function wantedBy(options: Messages.ReadReq.Options, log: StandInLog): HeldEvent[] {
  const isForwards = options.getReadDirection() === messages.ReadReq.Options.ReadDirection.FORWARDS;
  const held = options.hasStream() ? ofStream(options.getStream()!, log) : log.events;
  const from = options.hasStream() ? 0 : startIn(options.getAll()!, log);
  const prefixes = options.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [''];
  const wanted: HeldEvent[] = [];
  for (let index = isForwards ? from : held.length - 1; index >= 0 && index < held.length && wanted.length < Number(options.getCount()); index += isForwards ? 1 : -1) {
    if (prefixes.some((prefix) => held[index]!.stream.startsWith(prefix))) wanted.push(held[index]!);
  }
  return wanted;
}

function ofStream(options: Messages.ReadReq.Options.StreamOptions, log: StandInLog): HeldEvent[] {
  const name = Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString();
  return log.stream(name).slice(options.hasRevision() ? Number(options.getRevision()) : 0);
}

function startIn(options: Messages.ReadReq.Options.AllOptions, log: StandInLog): number {
  const position = options.getPosition();
  const from = position === undefined ? 0 : log.indexAt(Number(position.getCommitPosition()));
  if (from === undefined) throw Object.assign(new Error('InvalidPosition'), { code: status.UNKNOWN, details: 'InvalidPosition' });
  return from;
}

/** An event, how far a subscription has looked, that it has begun, or that there is no such stream. */
export function readAnswer(what: HeldEvent | number | 'confirmed' | 'absent'): Messages.ReadResp {
  const answer = new messages.ReadResp();
  if (what === 'absent') return answer.setStreamNotFound(new messages.ReadResp.StreamNotFound());
  if (what === 'confirmed') return answer.setConfirmation(new messages.ReadResp.SubscriptionConfirmation().setSubscriptionId('stand-in'));
  if (typeof what === 'number') return answer.setCheckpoint(new messages.ReadResp.Checkpoint().setCommitPosition(String(what)).setPreparePosition(String(what)));
  const { stream, revision, position, id, type, contentType, data, metadata } = what;
  const recorded = new messages.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
    .setStreamRevision(String(revision)).setCommitPosition(String(position)).setPreparePosition(String(position))
    .setData(data).setCustomMetadata(metadata);
  recorded.getMetadataMap().set('type', type).set('content-type', contentType).set('created', '17639000000000000');
  return answer.setEvent(new messages.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(position)));
}
