import { useEffect, useRef, useState } from "react";

const SIGNS = {
  indexed: ["✓", "pl-ok"],
  partly: ["≈", "pl-partly"],
  waiting: ["…", "pl-partly"],
  unreadable: ["✗", "pl-no"],
  duplicate: ["=", "pl-partly"],
};

const PAUSE_MS = 300;
const WATCH_MS = 1000;
const MORE = 200;

function label(key, values = {}) {
  const text = props.labels?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

async function asked(payload) {
  const body = JSON.stringify({ language: props.language, ...payload });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(props.panel, { method: "POST", headers, body });
  return response.json();
}

function Sure({ text, onYes, onNo }) {
  return (
    <div className="pl-sure" role="alertdialog" aria-label={text}>
      <p>{text}</p>
      <p className="pl-buttons">
        <button type="button" className="pl-button" autoFocus onClick={onNo}>{label("no")}</button>
        <button type="button" className="pl-button pl-danger" onClick={onYes}>{label("yes")}</button>
      </p>
    </div>
  );
}

function Why({ path, act }) {
  const [query, setQuery] = useState("");
  const [told, setTold] = useState("");
  const ask = async (event) => {
    event.preventDefault();
    if (!query.trim()) return;
    const answer = await act({ do: "why", path, query });
    setTold(answer?.why ?? "");
  };
  return (
    <>
    <form className="pl-query" onSubmit={ask}>
      <input
        className="pl-input"
        value={query}
        placeholder={label("query")}
        aria-label={label("query")}
        onChange={(event) => setQuery(event.target.value)}
      />
      <button type="submit" className="pl-button">{label("explain")}</button>
    </form>
    {told && <p role="status" className="pl-note">{told}</p>}
    </>
  );
}

function File({ file, act }) {
  const [sure, setSure] = useState("");
  const [sign, tone] = SIGNS[file.status] ?? ["?", ""];
  return (
    <details className="pl-file">
      <summary>
        <span className={`pl-status ${tone}`} title={file.statusText}>
          <span aria-hidden="true">{sign}</span>
          <span className="pl-hidden">{file.statusText}</span>
        </span>{" "}
        <b>{file.name}</b>
        {file.title && <span className="pl-source"> {file.title}</span>}
      </summary>
      <p className="pl-facts">{[file.statusText, file.facts].filter(Boolean).join(" · ")}</p>
      {file.reason && <p className={tone}>{file.reason}</p>}
      {file.flags.map((flag) => <p key={flag} className="pl-partly">{flag}</p>)}
      {file.path && (
        <p className="pl-buttons">
          {file.file && (
            <a className="pl-open" href={file.file} target="_blank" rel="noreferrer">{label("open")}</a>
          )}
          <button type="button" className="pl-button" onClick={() => act({ do: "again", path: file.path })}>
            {label("again")}
          </button>
          {!file.attached && (
            <button type="button" className="pl-button" onClick={() => setSure("delete")}>
              {label("delete")}
            </button>
          )}
          {!file.attached && (
            <button type="button" className="pl-button pl-danger pl-apart" onClick={() => setSure("erase")}>
              {label("erase")}
            </button>
          )}
        </p>
      )}
      {sure && (
        <Sure
          text={label(`sure_${sure}`, { name: file.name })}
          onNo={() => setSure("")}
          onYes={() => {
            setSure("");
            act({ do: sure, path: file.path });
          }}
        />
      )}
      {file.file && (
        <details>
          <summary>{label("why")}</summary>
          <Why path={file.path} act={act} />
        </details>
      )}
    </details>
  );
}

function Upload({ folders, act }) {
  const [state, setState] = useState("");
  const [problems, setProblems] = useState([]);
  const [folder, setFolder] = useState("");
  const [over, setOver] = useState(false);
  const send = async (files) => {
    const failed = [];
    for (const file of files) {
      setState(label("uploading", { name: file.name }));
      try {
        const place = new URLSearchParams({ name: file.name, folder });
        const response = await fetch(`${props.upload}?${place}`, { method: "POST", body: file });
        const answer = await response.json();
        if (answer.problem) failed.push(answer.problem);
      } catch (error) {
        failed.push(`${file.name}: ${error}`);
      }
    }
    setProblems(failed);
    setState("");
    act({ do: "look" });
  };
  const drop = (event) => {
    event.preventDefault();
    event.stopPropagation(); // The chat would attach them.
    setOver(false);
    send([...event.dataTransfer.files]);
  };
  const hold = (isOver) => (event) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(isOver);
  };
  return (
    <div
      className={over ? "pl-drop pl-over" : "pl-drop"}
      onDragEnter={hold(true)}
      onDragOver={hold(true)}
      onDragLeave={hold(false)}
      onDrop={drop}
    >
      {label("drop")}{" "}
      <label className="pl-button pl-upload">
        {label("upload")}
        <input
          type="file"
          multiple
          className="pl-hidden"
          onChange={async (event) => {
            const chosen = event.target;
            await send([...chosen.files]);
            chosen.value = "";
          }}
        />
      </label>
      {folders.length > 0 && (
        <label className="pl-folder">
          {label("into")}{" "}
          <select value={folder} onChange={(event) => setFolder(event.target.value)}>
            <option value="">{label("root")}</option>
            {folders.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </label>
      )}
      <span role="status"> {state}</span>
      {problems.map((problem) => <p key={problem} role="alert" className="pl-no">{problem}</p>)}
    </div>
  );
}

function Statuses({ statuses, status, choose }) {
  if (statuses.length < 2 && !status) return null;
  const all = statuses.reduce((sum, one) => sum + one.count, 0);
  return (
    <p className="pl-buttons" role="group" aria-label={label("files")}>
      {[{ status: "", text: label("all"), count: all }, ...statuses].map((one) => (
        <button
          key={one.status}
          type="button"
          className="pl-button"
          aria-pressed={one.status === status}
          onClick={() => choose(one.status)}
        >
          {one.text} ({one.count})
        </button>
      ))}
    </p>
  );
}

export default function Corpus() {
  const [state, setState] = useState(props);
  const { files = [], changes = [], hidden = 0, summary, progress, note, problem } = state;
  const { statuses = [], folders = [], status = "", shown = 0 } = state;
  const [search, setSearch] = useState("");
  const timer = useRef(0);
  const act = async (payload) => {
    try {
      const answer = await asked({ search, status, shown, ...payload });
      setState((before) => ({ ...before, note: "", problem: "", ...answer }));
      return answer;
    } catch (error) {
      setState((before) => ({ ...before, problem: String(error) }));
      return null;
    }
  };
  useEffect(() => window.plumblineCard?.("documents"), []);
  // Files come and go while the panel is open; what was said stays until the next action.
  useEffect(() => {
    const watch = setInterval(async () => {
      if (document.hidden) return;
      try {
        const answer = await asked({ do: "look", search, status, shown });
        setState((before) => ({ ...before, ...answer, note: before.note, problem: before.problem }));
      } catch (error) {
        console.debug("the list was not refreshed", error); // The next time may do.
      }
    }, WATCH_MS);
    return () => clearInterval(watch);
  }, [search, status, shown]);
  const look = (text) => {
    setSearch(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => act({ do: "look", search: text }), PAUSE_MS);
  };
  return (
    <article className="pl-card pl-corpus">
      <p className="pl-facts">{summary}</p>
      {progress && <p role="status" className="pl-partly">{progress}</p>}
      {problem && <p role="alert" className="pl-no">{problem}</p>}
      {note && <p role="status" className="pl-note">{note}</p>}
      <Upload folders={folders} act={act} />
      <input
        type="search"
        className="pl-input"
        value={search}
        placeholder={label("search")}
        aria-label={label("search")}
        onChange={(event) => look(event.target.value)}
      />
      <section>
        <h2>{label("files")}</h2>
        <Statuses
          statuses={statuses}
          status={status}
          choose={(chosen) => act({ do: "look", status: chosen, shown: 0 })}
        />
        {files.map((file) => <File key={file.name} file={file} act={act} />)}
        {!files.length && <p>{label("none")}</p>}
        {hidden > 0 && (
          <p className="pl-buttons">
            <button type="button" className="pl-button" onClick={() => act({ do: "look", shown: shown + MORE })}>
              {label("show_more")}
            </button>
            {label("more", { count: hidden })}
          </p>
        )}
      </section>
      {changes.length > 0 && (
        <section>
          <h2>{label("changes")}</h2>
          <ul className="pl-changes">
            {changes.map((change) => (
              <li key={change.number}>
                <time>{change.at}</time> {change.text}{" "}
                {change.undo && (
                  <button
                    type="button"
                    className="pl-button"
                    onClick={() => act({ do: "undo", number: change.number })}
                  >
                    {label("undo")}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </article>
  );
}
