// Loaded into a server with `node --import`: a build to come, in which JobSkipped has a second version, with a note.
import { isProduct, side } from '../../../campaign/inject/patching.mjs';

if (isProduct && side === 'server') {
  const events = new URL('../../../dist/libs/events/src/', import.meta.url);
  const [{ formats }, { definitionOf }] = await Promise.all(['formats.js', 'catalogue.js'].map((name) => import(new URL(name, events).href)));
  definitionOf('JobSkipped').version = 2;
  formats.upcasters['JobSkipped.1'] = (data) => ({ ...data, note: 'none' });
  formats.newest = 2;
  formats.since['JobSkipped.2'] = 2;
  formats.downcasters['JobSkipped.2'] = ({ note: _new, ...before }) => before;
}
