import type { OperatorEvent } from '#events/operator.events';
import { type OperatorCommand, operatorDecider } from '#domain/operator/operator.decider';
import type { OperatorState } from '#domain/operator/operator.state';
import { EventSourcedAggregate } from '../event-sourcing/event-sourced.aggregate.js';

export class OperatorAggregate extends EventSourcedAggregate<OperatorState, OperatorCommand, OperatorEvent> {
  constructor(operator: string) {
    super(`operator-${operator}`, operatorDecider);
  }
}
