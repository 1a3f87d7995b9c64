// The files that the verifier may read, as the file system that Go's runtime asks of
// JavaScript: read-only, in memory. Files that name others by a path find them beside
// themselves: a page is given names alone. What the program prints is collected.
"use strict";

const encoding = new TextDecoder();
const printed = { 1: "", 2: "" };
const chunks = { 1: [], 2: [] };

function fileSystem(files) {
  const opened = new Map(); // by descriptor
  let next = 3;
  const fail = (code) => Object.assign(new Error(code), { code });
  const find = (path) => {
    const name = path.split("/").pop();
    if (name === "" || name === ".") return { directory: true, bytes: new Uint8Array() };
    return files.has(name) ? { directory: false, bytes: files.get(name) } : null;
  };
  const stat = ({ directory, bytes }) => ({
    dev: 1, ino: 1, mode: directory ? 0o40555 : 0o100444, nlink: 1, uid: 0, gid: 0, rdev: 0,
    size: bytes.length, blksize: 4096, blocks: Math.ceil(bytes.length / 512),
    atimeMs: 0, mtimeMs: 0, ctimeMs: 0, isDirectory: () => directory,
  });
  const statOf = (path, callback) => {
    const file = find(path);
    file ? callback(null, stat(file)) : callback(fail("ENOENT"));
  };
  const write = (fd, bytes) => {
    chunks[fd].push(bytes.slice());
    return bytes.length;
  };
  const fs = {
    constants: { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024, O_DIRECTORY: 65536 },
    open(path, flags, _mode, callback) {
      if (flags & (1 | 2 | 64 | 512)) return callback(fail("EROFS"));
      const file = find(path);
      if (!file) return callback(fail("ENOENT"));
      opened.set(next, { ...file, at: 0 });
      callback(null, next++);
    },
    close(fd, callback) { callback(opened.delete(fd) ? null : fail("EBADF")); },
    read(fd, buffer, offset, length, position, callback) {
      const file = opened.get(fd);
      if (!file) return callback(fail("EBADF"));
      const from = position === null ? file.at : position;
      const part = file.bytes.subarray(from, from + length);
      buffer.set(part, offset);
      if (position === null) file.at += part.length;
      callback(null, part.length);
    },
    write(fd, buffer, offset, length, _position, callback) {
      if (fd !== 1 && fd !== 2) return callback(fail("EBADF"));
      callback(null, write(fd, buffer.subarray(offset, offset + length)));
    },
    writeSync(fd, buffer) { return write(fd, buffer); },
    fstat(fd, callback) {
      const file = opened.get(fd);
      file ? callback(null, stat(file)) : callback(fail("EBADF"));
    },
    stat: statOf,
    lstat: statOf,
    readdir(_path, callback) { callback(null, [...files.keys()]); },
    fsync(_fd, callback) { callback(null); },
  };
  for (const name of ["chmod", "chown", "fchmod", "fchown", "ftruncate", "lchown", "link", "mkdir", "rename", "rmdir", "symlink", "truncate", "unlink", "utimes"]) {
    fs[name] = (...args) => args[args.length - 1](fail("EROFS"));
  }
  fs.readlink = (_path, callback) => callback(fail("EINVAL"));
  return fs;
}

// texts returns what was printed, by stream.
function texts() {
  for (const fd of [1, 2]) {
    const all = new Uint8Array(chunks[fd].reduce((n, c) => n + c.length, 0));
    chunks[fd].reduce((at, c) => (all.set(c, at), at + c.length), 0);
    printed[fd] = encoding.decode(all);
  }
  return { stdout: printed[1], stderr: printed[2] };
}
