import { readFile, realpath, statfs } from 'node:fs/promises';
import { NetworkFileSystemError } from './sqlite.errors.js';

/** The numbers that statfs(2) gives for file systems that lie on another machine. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
]);

/** FUSE says nothing of what stands behind it; its mount does. */
const FUSE = 0x65735546;
const NETWORK_FUSE = /sshfs|gluster|s3|gcsfuse|rclone|davfs|ceph|juicefs|curlftpfs|goofys|smb|nfs|afs|moosefs|seaweed|blobfuse/i;

/** @throws NetworkFileSystemError when the directory does not lie on this machine */
export async function refuseNetworkFileSystem(directory: string): Promise<void> {
  const { type } = await statfs(directory);
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const network = networkFileSystem(type, mounts, await realpath(directory));
  if (network === undefined) return;
  throw new NetworkFileSystemError(
    `${directory} lies on ${network}: a log there could be written by two servers at once. Use a disk of this machine, or another store for servers on several.`,
  );
}

/** What a directory lies on, if that is on another machine. `mounts` is the text of /proc/self/mountinfo. */
export function networkFileSystem(type: number, mounts: string, directory: string): string | undefined {
  const magic = type >>> 0;
  if (magic !== FUSE) return NETWORK.get(magic);
  const mounted = mountOf(mounts, directory);
  return mounted !== undefined && NETWORK_FUSE.test(mounted) ? mounted : undefined;
}

/** Type and source of the mount that a directory lies in: the longest mount point that is above it, the last one mounted there. */
function mountOf(mounts: string, directory: string): string | undefined {
  let longest = '';
  let found: string | undefined;
  for (const line of mounts.split('\n')) {
    const [place, what] = line.split(' - ');
    const point = unescaped(place?.split(' ')[4] ?? '');
    const isAbove = directory === point || directory.startsWith(point.endsWith('/') ? point : `${point}/`);
    if (what === undefined || !isAbove || point.length < longest.length) continue;
    longest = point;
    found = what.split(' ').slice(0, 2).join(' from ');
  }
  return found;
}

/** The kernel writes a space in a path as \040. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
