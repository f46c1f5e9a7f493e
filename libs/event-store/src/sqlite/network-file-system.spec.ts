import { tmpdir } from 'node:os';
import { networkFileSystem, refuseNetworkFileSystem } from './network-file-system.js';

const mounts = [
  '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '40 22 0:40 / /srv/ann/far rw,nosuid - fuse.sshfs ann@host:/data rw',
  '41 22 0:41 / /mnt/my\\040disk rw - fuse.glusterfs host:/volume rw',
  '42 22 0:42 / /mnt/near rw - fuse.fuse-overlayfs fuse-overlayfs rw',
  '43 40 0:43 / /srv/ann/far/near rw - fuseblk /dev/sdb1 rw',
].join('\n');
const fuse = 0x65735546;

describe('a network file system', () => {
  it.each([
    ['NFS', 0x6969],
    ['CIFS', 0xff534d42],
    ['CIFS', 0xff534d42 | 0],
    ['SMB', 0xfe534d42],
    ['9p', 0x01021997],
  ])('is known as %s by its number %i', (name, type) => {
    expect(networkFileSystem(type, mounts, '/data')).toBe(name);
  });

  it.each([
    ['/srv/ann/far/log', 'fuse.sshfs from ann@host:/data'],
    ['/srv/ann/far', 'fuse.sshfs from ann@host:/data'],
    ['/mnt/my disk/log', 'fuse.glusterfs from host:/volume'],
  ])('is known behind FUSE by its mount: %s', (directory, name) => {
    expect(networkFileSystem(fuse, mounts, directory)).toBe(name);
  });

  it.each(['/mnt/near', '/srv/ann/far/near/log', '/srv/ann/farther'])('is not seen in a FUSE mount of this machine: %s', (directory) => {
    expect(networkFileSystem(fuse, mounts, directory)).toBeUndefined();
  });

  it.each([['ext4', 0xef53], ['btrfs', 0x9123683e], ['overlay', 0x794c7630], ['tmpfs', 0x01021994]])('is not seen in %s', (_, type) => {
    expect(networkFileSystem(type, mounts, '/data')).toBeUndefined();
  });

  it('is not what the temporary directory of these tests lies on', async () => {
    await expect(refuseNetworkFileSystem(tmpdir())).resolves.toBeUndefined();
  });
});
