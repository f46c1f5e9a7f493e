import { number } from './figures.mjs';
import { groupOf, placeOf, UNKNOWN } from './profile-groups.mjs';

const MOST_FUNCTIONS = 25;

/** Two tables from the profile of one process: by group, and the functions that took most by themselves. */
export function profileTables(profile, who) {
  const functions = functionsIn(profile);
  const total = sum(functions);
  const busy = functions.filter(({ group }) => group !== 'idle' && group !== 'the benchmark itself');
  const ofBusy = (milliseconds) => number((100 * milliseconds) / sum(busy));
  const groups = [...grouped(busy)].map(([group, members]) => ({ group, milliseconds: sum(members) }));
  return [
    {
      title: `Where the ${who}'s time goes: ${number(sum(busy))} ms of ${number(total)} ms busy`, columns: ['group', '%', 'ms'],
      rows: sorted(groups).map(({ group, milliseconds }) => [group, ofBusy(milliseconds), number(milliseconds)]),
    },
    {
      title: `The ${who}'s functions that take most by themselves`, columns: ['function', '%', 'group', 'where'],
      rows: sorted(busy).slice(0, MOST_FUNCTIONS).map(({ name, milliseconds, group, place }) => [name, ofBusy(milliseconds), group, place]),
    },
  ];
}

/**
 * Self time by function. One of native code has no file: it is counted to the group of the script that called
 * it unless its name tells, and stands where the product (or a package) had it called.
 */
function functionsIn({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, byId.get(id)])));
  const micros = new Map();
  samples.forEach((id, index) => micros.set(id, (micros.get(id) ?? 0) + timeDeltas[index]));
  const functions = new Map();
  for (const [id, taken] of micros) {
    const frame = frameOf(byId.get(id));
    const isNative = frame.url === '' && (!frame.name.startsWith('(') || frame.name === '(anonymous)');
    const callers = isNative ? callersOf(byId.get(id), parents) : [];
    const own = groupOf(frame);
    const group = own === UNKNOWN && callers.length > 0 ? groupOf(callers[0]) : own;
    const place = placeOf(callers.find(({ url }) => !url.startsWith('node:')) ?? callers[0] ?? frame);
    const key = `${frame.name} ${place} ${group}`;
    const known = functions.get(key) ?? { name: isNative ? `${frame.name}, native` : frame.name, group, place, milliseconds: 0 };
    known.milliseconds += taken / 1000;
    functions.set(key, known);
  }
  return [...functions.values()];
}

/** The scripts above, the nearest first. */
function callersOf(node, parents) {
  const callers = [];
  for (let caller = parents.get(node.id); caller !== undefined; caller = parents.get(caller.id)) if (caller.callFrame.url !== '') callers.push(frameOf(caller));
  return callers;
}

function frameOf({ callFrame: { functionName, url, lineNumber } }) {
  return { name: functionName || '(anonymous)', url, line: lineNumber + 1 };
}

function grouped(functions) {
  const groups = new Map();
  for (const each of functions) groups.set(each.group, [...groups.get(each.group) ?? [], each]);
  return groups;
}

function sum(list) {
  return list.reduce((total, { milliseconds }) => total + milliseconds, 0);
}

function sorted(list) {
  return [...list].sort((one, other) => other.milliseconds - one.milliseconds);
}
