// Runs the verifier once: what it is given is a compiled program, files by name and a
// command line, what comes back its exit code and what it printed.
"use strict";

self.onmessage = async ({ data: { program, files, args } }) => {
  try {
    globalThis.fs = fileSystem(files);
    globalThis.process = { pid: 1, ppid: 1, getuid: () => 0, getgid: () => 0, geteuid: () => 0, getegid: () => 0, getgroups: () => [], umask: () => 0, cwd: () => "/", chdir: () => {} };
    importGo();
    const go = new Go();
    go.argv = ["zkaudit-verify", ...args];
    let code = 0;
    go.exit = (c) => { code = c; };
    await go.run(await WebAssembly.instantiate(program, go.importObject));
    self.postMessage({ code, ...texts() });
  } catch (error) {
    self.postMessage({ code: -1, ...texts(), failure: String(error) });
  }
};
