/** Profiles what lies between the two marks of the load: starts at the first, and at the second answers the profiles by process. */
export async function profilesAt(mark, processes, profiled) {
  if (mark === 'warm') for (const who of profiled) await processes[who].ask('startProfile');
  if (mark !== 'measured' || profiled.length === 0) return undefined;
  const profiles = {};
  for (const who of profiled) profiles[who] = await processes[who].ask('profile');
  return profiles;
}
