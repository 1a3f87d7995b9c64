// The page: which file is what, the verifier's command line, and its report. Text of
// files reaches the page as text alone.
"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const text = (tag, content, className) => {
    const e = document.createElement(tag);
    e.textContent = content;
    if (className) e.className = className;
    return e;
  };

  // What a file may be here, by the kind in an artefact's header or a word in a text.
  const roles = {
    bundle: "bundle of a run", round: "round of federated training", from: "run or round that it continues", audit: "audit", part: "part of the data", expect: "expected of the bundle",
    "audit-expect": "expected of the audit", claims: "claims agreed on", setup: "powers of tau trusted", other: "beside the others",
  };
  const kinds = {{.Kinds}};
  const magic = {{.Magic}};

  const headOf = (bytes) => new TextDecoder("latin1").decode(bytes.subarray(0, magic.length + 4));
  const framed = (bytes) => headOf(bytes).startsWith(magic);

  function guess(bytes) {
    if (framed(bytes)) return kinds[headOf(bytes).slice(magic.length)] || "other";
    const content = new TextDecoder().decode(bytes.subarray(0, 1 << 20));
    if (/^\s*\[\[\s*claim\s*\]\]/m.test(content)) return "claims";
    if (/^\s*\[\[\s*data\s*\]\]/m.test(content)) return "other"; // a run.toml, which says how, not what is expected
    if (/^\s*(claims\s*=|\[\s*(parts|runs|run_expect|models)\s*\])/m.test(content)) return "audit-expect";
    return /^\s*[\w-]+\s*=|^\s*\[[\w-]+\]/m.test(content) ? "expect" : "other";
  }

  const files = new Map(); // name to { bytes, role, run }
  let busy = false;
  let saved = "";

  // free is the name that a file gets here: a text that is given again takes the place of
  // the one before, and artefacts of several people, who all call them alike, are kept.
  function free(name, bytes) {
    const same = (other) => other.length === bytes.length && other.every((b, i) => b === bytes[i]);
    for (let own = name, n = 2; ; own = `${n++}-${name}`) {
      const there = files.get(own);
      if (!there || !framed(there.bytes) || same(there.bytes)) return own;
    }
  }

  async function take(list) {
    for (const file of list) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      files.set(free(file.name, bytes), { bytes, role: guess(bytes), run: "run" });
    }
    $("files").value = "";
    show();
  }

  const named = (role) => [...files].filter(([, f]) => f.role === role).map(([name]) => name);

  function show() {
    $("list").replaceChildren(...[...files].map(([name, f]) => {
      const item = document.createElement("li");
      const choice = document.createElement("select");
      choice.setAttribute("aria-label", `What ${name} is`);
      for (const [role, words] of Object.entries(roles)) choice.append(new Option(words, role, false, role === f.role));
      choice.onchange = () => { f.role = choice.value; show(); };
      const remove = text("button", "Remove");
      remove.onclick = () => { files.delete(name); show(); };
      item.append(text("span", name, "name"), text("small", `${f.bytes.length.toLocaleString("en")} bytes`), choice);
      if (f.role === "expect" && named("audit").length > 0 && named("round").length === 0) {
        const run = Object.assign(document.createElement("input"), { type: "text", value: f.run, size: 8 });
        run.setAttribute("aria-label", "Name of the run in the audit");
        run.onchange = () => { f.run = run.value; };
        item.append(text("small", "of run"), run);
      }
      item.append(remove);
      return item;
    }));
    $("verify").disabled = busy || ["bundle", "audit", "round"].every((role) => named(role).length === 0);
  }

  // command returns the command line, or throws what is wrong with the files given.
  function command() {
    const audits = named("audit"), bundles = named("bundle"), rounds = named("round");
    const from = named("from").map((name) => `--from=${name}`);
    const only = (role, flag) => {
      const list = named(role);
      if (list.length > 1) throw new Error(`${list.length} files are "${roles[role]}": keep one`);
      return list.map((name) => `${flag}=${name}`);
    };
    const args = ["--max-memory=3GiB", ...only("setup", "--setup")];
    if ($("unpinned").checked) args.push("--unpinned");
    if ($("insecure").checked) args.push("--allow-insecure-setup");
    // one is the file that is verified, or the folder of all: the program then finds the one that comes last.
    const one = (list) => list.length === 1 ? list[0] : ".";
    if (rounds.length > 0) {
      if (named("audit-expect").length > 0) throw new Error("a round is given: what is expected of an audit goes with that audit and its run; say of the round that the run continues it, or remove the expectation");
      // Of all files the program takes those that the round rests on, or that are about it.
      return [...args, ...only("expect", "--expect"), "--from=.", ...(audits.length > 0 ? ["--audit=."] : []), "--", one(rounds)];
    }
    if (audits.length > 1) throw new Error(`${audits.length} audits: keep one`);
    if (audits.length === 1) {
      args.push(...only("audit-expect", "--expect"), ...bundles.map((name) => `--bundle=${name}`), ...from);
      args.push(...named("expect").map((name) => `--run-expect=${files.get(name).run}=${name}`));
      return [...args, "--", audits[0]];
    }
    if (bundles.length > 1 && from.length > 0) throw new Error(`${bundles.length} bundles and no audit: keep one, or say of the others that they are runs that it continues`);
    return [...args, ...only("expect", "--expect"), ...from, ...named("part").map((name) => `--part=${name}`), "--", one(bundles)];
  }

  const verdicts = {
    0: ["good", "VALID", "The proofs hold, and are about what you expect. Values that nobody compared are listed as NOT CHECKED."],
    1: ["bad", "REJECTED", "The file is false, damaged, or about something else than you expect."],
    2: ["part", "NOT VERIFIED", "The files given do not go together."],
    3: ["part", "NOT VERIFIED", "A file cannot be read."],
    5: ["part", "NOT VERIFIED", "It takes more memory than a page has. Use zkaudit-verify."],
    6: ["part", "NOT VERIFIED", "A mode, a version or a setup that is not verified here."],
    7: ["part", "VALID AS FAR AS COMPARED", "The proofs hold. Whether they are about what you mean, nobody has compared: the report says what is missing. Give a file of what you expect, or the files that are missing."],
  };
  const missing = ["part", "NOT VERIFIED", "A file is missing, or was set aside, without which nothing is shown: below it says which. Add it, whole, and verify again."];

  // lay lays out a report: lines that end in a colon, and numbers of claims, are headings
  // of what is below.
  function lay(report) {
    const out = document.createDocumentFragment();
    let list = null;
    for (const line of report.split("\n")) {
      const item = line.match(/^ +- (.*)/);
      if (item) {
        if (!list) out.append(list = document.createElement("ul"));
        list.append(text("li", item[1]));
        continue;
      }
      list = null;
      if (line.endsWith(":") && !line.startsWith(" ")) out.append(text("h3", line.slice(0, -1)));
      else if (/^\d+\. /.test(line)) out.append(text("h3", line));
      else if (line.trim() !== "") out.append(text("p", line.trim(), /^ +(not proven: |\d+ bits? released)/.test(line) ? "soft" : ""));
    }
    return out;
  }

  // verdictOf is what an exit code means where options were asked for that make less of it.
  function verdictOf(code, stdout, { unpinned, insecure }) {
    if (code === 7 && stdout === "") return missing;
    if (code !== 0 || !(unpinned || insecure)) return verdicts[code];
    const less = [];
    if (unpinned) less.push("you asked for a verdict whatever is not compared: NOT CHECKED lists it");
    if (insecure) less.push("you accept the development setup: a report that says INSECURE is of a file that anyone could have forged");
    return ["part", "VALID, WITH WHAT YOU ASKED FOR", `The proofs hold; ${less.join("; ")}.`];
  }

  function tell({ code, stdout, stderr, failure }, seconds, asked = {}) {
    const [kind, verdict, meaning] = verdictOf(code, stdout, asked) || ["part", "NOT VERIFIED", failure || `The verifier stopped with code ${code}.`];
    $("result").className = kind;
    $("result").dataset.code = code;
    $("verdict").textContent = verdict;
    $("meaning").textContent = meaning;
    $("errors").replaceChildren(...stderr.split("\n").filter((l) => l.trim() !== "").map((l) => text("p", l)));
    $("report").replaceChildren(lay(stdout));
    $("saving").hidden = stdout === "";
    $("result").hidden = false;
    $("status").textContent = `${seconds} s`;
    saved = stdout + stderr;
  }

  const program = (async () => {
    const packed = Uint8Array.from(atob($("program").textContent), (c) => c.charCodeAt(0));
    $("program").remove();
    const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return WebAssembly.compile(await new Response(plain).arrayBuffer());
  })();
  const worker = URL.createObjectURL(new Blob([$("worker").textContent], { type: "text/javascript" }));

  function run(compiled, args) {
    return new Promise((resolve) => {
      const w = new Worker(worker);
      const done = (result) => { w.terminate(); resolve(result); };
      w.onmessage = ({ data }) => done(data);
      w.onerror = (e) => done({ code: -1, stdout: "", stderr: "", failure: e.message || "The verifier could not start." });
      const given = [...files].filter(([, f]) => f.role !== "other" || !framed(f.bytes));
      w.postMessage({ program: compiled, args, files: new Map(given.map(([name, f]) => [name, f.bytes])) });
    });
  }

  async function verify() {
    const began = performance.now();
    const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
    let args;
    try {
      args = command();
    } catch (error) {
      return tell({ code: 2, stdout: "", stderr: error.message }, seconds());
    }
    busy = true;
    $("result").hidden = true;
    show();
    const clock = setInterval(() => { $("status").textContent = `verifying, ${seconds()} s`; }, 100);
    try {
      const asked = { unpinned: $("unpinned").checked, insecure: $("insecure").checked };
      tell(await run(await program, args), seconds(), asked);
    } catch (error) {
      tell({ code: -1, stdout: "", stderr: "", failure: `This browser cannot run the verifier: ${error}` }, seconds());
    } finally {
      clearInterval(clock);
      busy = false;
      show();
    }
  }

  $("files").onchange = (e) => take(e.target.files);
  $("verify").onclick = verify;
  $("save").onclick = () => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([saved], { type: "text/plain" })), download: "zkaudit-report.txt" });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  for (const name of ["dragover", "dragleave", "drop"]) {
    addEventListener(name, (e) => {
      e.preventDefault();
      $("drop").classList.toggle("over", name === "dragover");
      if (name === "drop") take(e.dataTransfer.files);
    });
  }
})();
