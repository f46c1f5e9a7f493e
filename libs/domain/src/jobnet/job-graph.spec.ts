import { findCycles, jobGraph, topologicalOrder } from './job-graph.js';

const job = (id: string, ...after: string[]) => ({ id, after });

describe('the graph of a jobnet', () => {
  it('knows both directions, in written order', () => {
    const graph = jobGraph([job('A1'), job('A2', 'A1'), job('A3', 'A1'), job('A4', 'A3', 'A2')]);
    expect(graph.predecessors.get('A4')).toEqual(['A3', 'A2']);
    expect(graph.successors.get('A1')).toEqual(['A2', 'A3']);
    expect(graph.successors.get('A4')).toEqual([]);
  });

  it('leaves out references to jobs that do not exist', () => {
    expect(jobGraph([job('A1', 'B')]).predecessors.get('A1')).toEqual([]);
  });

  it('takes ids such as "constructor" for what they are', () => {
    expect(jobGraph([job('constructor'), job('toString', 'constructor')]).successors.get('constructor')).toEqual(['toString']);
  });

  it('orders each job after all that it waits for', () => {
    expect(topologicalOrder(jobGraph([job('C', 'B', 'A'), job('B', 'A'), job('A')]))).toEqual(['A', 'B', 'C']);
  });
});

describe('cycles', () => {
  it('are none in a diamond', () => {
    expect(findCycles(jobGraph([job('A'), job('B', 'A'), job('C', 'A'), job('D', 'B', 'C')]), 10)).toEqual([]);
  });

  it('begin with the job written first and follow the flow', () => {
    expect(findCycles(jobGraph([job('A2', 'A1'), job('A3', 'A2'), job('A1', 'A3')]), 10)).toEqual([['A2', 'A3', 'A1']]);
  });

  it('are all found when they share a job, each once', () => {
    const cycles = findCycles(jobGraph([job('A', 'B', 'C'), job('B', 'A'), job('C', 'A')]), 10);
    expect(cycles).toEqual([['A', 'B'], ['A', 'C']]);
  });

  it('are found where the written order reaches them from outside', () => {
    expect(findCycles(jobGraph([job('start'), job('A', 'start', 'B'), job('B', 'A'), job('end', 'B')]), 10)).toEqual([['A', 'B']]);
  });

  it('stop at the limit', () => {
    const ids = Array.from({ length: 50 }, (_, index) => `J${index}`);
    expect(findCycles(jobGraph(ids.map((id) => job(id, ...ids.filter((other) => other !== id)))), 7)).toHaveLength(7);
  });

  it('are looked for without recursion and in linear time', () => {
    const ids = Array.from({ length: 50_000 }, (_, index) => `J${index}`);
    const ring = jobGraph(ids.map((id, index) => job(id, ids.at(index - 1) ?? '')));
    expect(findCycles(ring, 10)).toEqual([ids]);
    const dense = jobGraph(ids.slice(0, 1_000).map((id, index) => job(id, ...ids.slice(Math.max(0, index - 110), index))));
    const began = performance.now();
    expect(findCycles(dense, 10)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
