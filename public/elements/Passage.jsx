import { useEffect, useState } from "react";

function label(key, values = {}) {
  const text = props.labels?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function Marked({ segments }) {
  return segments.map(({ text, mark }, index) =>
    mark ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
  );
}

function tableRows(segments) {
  const rows = [[[]]];
  for (const { text, mark } of segments) {
    for (const piece of text.split(/(\n|(?<!\\)\|)/)) {
      const row = rows[rows.length - 1];
      if (piece === "\n") rows.push([[]]);
      else if (piece === "|") row.push([]);
      else if (piece) row[row.length - 1].push({ text: piece.replaceAll("\\|", "|"), mark });
    }
  }
  // Each row begins and ends with a bar, which leaves an empty cell on either side.
  return rows.map((row) => row.slice(1, -1)).filter((row) => row.length);
}

function PassageTable({ header, segments }) {
  const [head = []] = tableRows([{ text: header, mark: false }]);
  return (
    <div className="pl-scroll" tabIndex={0} role="region" aria-label={label("table")}>
      <table className="pl-table">
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col"><Marked segments={cell} /></th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tableRows(segments).map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => <td key={column}><Marked segments={cell} /></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

async function narrow(scope) {
  try {
    const picker = document.getElementById("mode-picker-trigger-model");
    const model = picker?.textContent.trim() ?? "";
    await callAction({ name: "only_in", payload: { scope, model } });
    // On a phone the panel covers the picker that has just changed.
    if (window.innerWidth < 768) document.querySelector("#side-view-title button")?.click();
    document.getElementById("chat-input")?.focus();
  } catch (error) {
    console.debug("only_in was not delivered", error);
  }
}

// Chainlit calls the panel by the element's name, "[1]".
function nameThePanel(file) {
  const title = document.getElementById("side-view-title");
  const texts = document.createTreeWalker(title ?? document.createElement("p"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const [number] = texts.currentNode.nodeValue.match(/^\[\d+\]/) ?? [];
    if (number) texts.currentNode.nodeValue = `${number} ${file}`;
  }
}

export default function Passage() {
  const { document: file, page, source, tableHeader, segments = [], sha256, before, after } = props;
  const [drawn, setDrawn] = useState(!props.erased);
  useEffect(() => nameThePanel(file));
  useEffect(() => window.plumblineCard?.(`[${props.rank}]`), []);
  const address = props.file;
  return (
    <article className="pl-card pl-reading">
      <h2>{source || file}</h2>
      {page && <p className="pl-source">{label("page", { page })}</p>}
      {(props.since || props.erased) && (
        <p className="pl-partly" role="note">{props.erased ? label("erased") : props.since}</p>
      )}
      {before && <p className="pl-neighbour">{before}</p>}
      <blockquote className="pl-quote">
        {tableHeader ? (
          <PassageTable header={tableHeader.split("\n")[0]} segments={segments} />
        ) : (
          <div className="pl-text"><Marked segments={segments} /></div>
        )}
      </blockquote>
      {after && <p className="pl-neighbour">{after}</p>}
      {props.picture && drawn && (
        <a className="pl-page" href={address} target="_blank" rel="noreferrer">
          <img
            src={props.picture}
            alt={label("picture", { page })}
            loading="lazy"
            onError={() => setDrawn(false)}
          />
        </a>
      )}
      {address && (
        <p className="pl-buttons">
          <a className="pl-open" href={address} target="_blank" rel="noreferrer">{label("open")}</a>
          <button type="button" className="pl-button" onClick={() => narrow(props.path ?? file)}>
            {label("only_in")}
          </button>
        </p>
      )}
      {sha256 && (
        <footer className="pl-footer">
          {label("digest")}: <code className="pl-digest" title={sha256}>{sha256.slice(0, 8)}</code>
        </footer>
      )}
    </article>
  );
}
