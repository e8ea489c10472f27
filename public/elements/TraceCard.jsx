import { useEffect, useLayoutEffect, useRef, useState } from "react";

const SUPPORT = {
  full: { sign: "✓", tone: "pl-ok" },
  partial: { sign: "≈", tone: "pl-partly" },
  none: { sign: "✗", tone: "pl-no" },
};

// A card that is drawn anew goes and comes back at once; only one that stays away is closed.
const CLOSE_DELAY_MS = 300;

function label(key, values = {}) {
  const text = props.labels?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function whole(number) {
  return Math.round(number).toLocaleString(document.documentElement.lang || "en");
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

function PassageTable({ header, segments, name }) {
  const [head = []] = tableRows([{ text: header, mark: false }]);
  return (
    <div className="pl-scroll" tabIndex={0} role="region" aria-label={name}>
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

function Fold({ id, children }) {
  const body = useRef(null);
  const [open, setOpen] = useState(false);
  const [tooLong, setTooLong] = useState(false);

  useLayoutEffect(() => {
    const measure = () => {
      const { scrollHeight, clientHeight } = body.current;
      setTooLong((before) => (open ? before : scrollHeight > clientHeight + 4));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(body.current);
    return () => observer.disconnect();
  }, [open]);

  const fold = { maxHeight: "9.3em", overflow: "hidden" };
  return (
    <>
      <div
        id={id}
        ref={body}
        className={tooLong && !open ? "pl-folded" : undefined}
        style={open ? undefined : fold}
      >
        {children}
      </div>
      {tooLong && (
        <button
          type="button"
          className="pl-more"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          {label(open ? "less" : "more")}
        </button>
      )}
    </>
  );
}

function Section({ title, children }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Who({ name, badge, why, problem, change, understood }) {
  return (
    <Section title={label("who")}>
      <p className="pl-who">
        {name}
        {badge && <span className={`pl-badge pl-badge-${badge}`}>{label(badge)}</span>}
      </p>
      {why && <p className="pl-why">{why}</p>}
      {(problem || change) && (
        <p className="pl-why">{problem && <b>{problem}</b>} {change}</p>
      )}
      {understood && (
        <p className="pl-understood">{label("understood")}: <b>{understood}</b></p>
      )}
    </Section>
  );
}

function Signals({ signals, title }) {
  return (
    <Section title={title || label("signals")}>
      <ul className="pl-signals">
        {signals.map(({ name, value, needed, passed }, index) => (
          <li key={index}>
            <span>{name}</span>
            <b>{value}</b>
            <span className={`pl-needed ${passed ? "pl-ok" : "pl-no"}`}>
              {needed} <span aria-hidden="true">{passed ? "✓" : "✗"}</span>
              <span className="pl-hidden">{label(passed ? "met" : "missed")}</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Bars({ bars }) {
  const total = Math.max(...bars.map(({ start, ms }) => start + ms)) || 1;
  const share = (ms) => (100 * ms) / total;
  return (
    <ol className="pl-waterfall">
      {bars.map(({ label: name, start, ms, text, tone }, index) => (
        <li key={index}>
          <span>{name}</span>
          <div
            className="pl-track"
            role="img"
            aria-label={label("bar", { start: whole(start), share: whole(share(ms)) })}
          >
            <div
              className={`pl-bar pl-bar-${tone}`}
              style={{
                left: `min(${share(start)}%, 100% - 4px)`,
                width: `max(${share(ms)}%, 4px)`,
              }}
            />
          </div>
          <span>{text}</span>
        </li>
      ))}
    </ol>
  );
}

function Waterfall({ bars, hint }) {
  return (
    <Section title={label("waterfall")}>
      <Bars bars={bars} />
      {hint && <p className="pl-hint">{hint}</p>}
    </Section>
  );
}

function Tiles({ tiles }) {
  return (
    <ul className={`pl-cost pl-cost-${tiles.length}`}>
      {tiles.map(({ value, label: unit }, index) => (
        <li key={index}><b>{value}</b><span>{unit}</span></li>
      ))}
    </ul>
  );
}

function Cost({ tiles }) {
  return <Section title={label("cost")}><Tiles tiles={tiles} /></Section>;
}

function Conversation({ title, tiles, bars, steps, revision }) {
  return (
    <Section title={title}>
      <Tiles tiles={tiles} />
      {bars.length > 1 && (
        <div role="group" aria-label={label("answers_took")}><Bars bars={bars} /></div>
      )}
      <p className="pl-hint">
        {revision}
        {steps && <> · <a className="pl-open" href={steps} download>{label("steps")}</a></>}
      </p>
    </Section>
  );
}

function Query({ terms }) {
  // Forms of one word share their text; the heaviest stands for them.
  const weights = new Map();
  const typed = new Map();
  for (const { term, weight, typed: original } of terms) {
    weights.set(term, Math.max(weight, weights.get(term) ?? 0));
    if (original) typed.set(term, original);
  }
  return (
    <Section title={label("query")}>
      <ul className="pl-terms">
        {[...weights].map(([term, weight]) => (
          <li key={term}>
            {typed.has(term) && <><s>{typed.get(term)}</s> </>}
            {term}{weight !== 1 && <small>×{Number(weight.toFixed(2))}</small>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function PassageItem({ passage }) {
  const { rank, document: file, page, source, tableHeader, segments, used } = passage;
  const id = `pl-passage-${props.id ? `${props.id}-` : ""}${rank}`;
  const place = page ? `${file}, ${label("page", { page })}` : file;
  return (
    <article
      id={id}
      className={used ? "pl-passage" : "pl-passage pl-unused"}
      tabIndex={0}
      aria-labelledby={`${id}-name`}
    >
      <header>
        <h3 id={`${id}-name`}>{rank} · {place}</h3>
        <span>
          {source}
          {source && !used && " · "}
          {!used && <em>{label("unused")}</em>}
        </span>
      </header>
      <Fold id={`${id}-text`}>
        {tableHeader ? (
          <PassageTable
            header={tableHeader.split("\n")[0]}
            segments={segments}
            name={`${label("table")} ${rank}`}
          />
        ) : (
          <div className="pl-text"><Marked segments={segments} /></div>
        )}
      </Fold>
    </article>
  );
}

function Passages({ passages }) {
  return (
    <Section title={label("passages")}>
      <ol className="pl-passages">
        {passages.map((passage) => (
          <li key={passage.rank}><PassageItem passage={passage} /></li>
        ))}
      </ol>
    </Section>
  );
}

function Attempt({ attempt }) {
  const { model, role, text, accepted, reasons = [], sentences = [] } = attempt;
  return (
    <details>
      <summary>
        <b>{model}</b> · {label(role)} ·{" "}
        <span className={accepted ? "pl-ok" : "pl-no"}>
          {label(accepted ? "accepted" : "rejected")} {accepted ? "✓" : "✗"}
        </span>
      </summary>
      {sentences.length ? (
        <ul className="pl-sentences">
          {sentences.map((sentence, index) => {
            const { sign, tone } = SUPPORT[sentence.support];
            return (
              <li key={index}>
                <span className={`pl-sign ${tone}`} aria-hidden="true">{sign}</span>
                <span>
                  <span className="pl-hidden">{label(sentence.support)}: </span>
                  <span className={`pl-sentence-${sentence.support}`}>{sentence.text}</span>
                  {sentence.problem && (
                    <span className={`pl-problem ${tone}`}>{sentence.problem}</span>
                  )}
                </span>
              </li>
            );
          })}
        </ul>
      ) : (
        <div className="pl-text">{text}</div>
      )}
      {reasons.length > 0 && (
        <ul className="pl-reasons">
          {reasons.map((reason, index) => <li key={index}>{reason}</li>)}
        </ul>
      )}
    </details>
  );
}

function Changes({ changes }) {
  return (
    <details open>
      <summary>{label("changes")}</summary>
      <div className="pl-text">
        {changes.map(({ op, text }, index) => {
          if (op === "same") return <span key={index}>{text}</span>;
          const Tag = op;
          return (
            <Tag key={index}>
              <span className="pl-hidden">{label(op === "del" ? "removed" : "added")}</span>
              {text}
            </Tag>
          );
        })}
      </div>
    </details>
  );
}

function Preference() {
  const [outcome, setOutcome] = useState("");
  const [chosen, setChosen] = useState(props.preferred ?? "");
  const prefer = async (preferred) => {
    try {
      await callAction({ name: "prefer", payload: { id: props.id, preferred } });
      setChosen(preferred);
      setOutcome("preferred");
    } catch (error) {
      console.debug("the preference was not delivered", error);
      setOutcome("unkept");
    }
  };
  return (
    <div className="pl-buttons" role="group" aria-label={label("prefer")}>
      {["draft", "answer"].map((which) => (
        <button
          key={which}
          type="button"
          className="pl-button"
          aria-pressed={chosen === which}
          onClick={() => prefer(which)}
        >
          {label(`prefer_${which}`)}
        </button>
      ))}
      <span role="status">{outcome && label(outcome)}</span>
    </div>
  );
}

function CopyTrace() {
  const [outcome, setOutcome] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(JSON.stringify(props, null, 2));
      setOutcome("copied");
    } catch (error) {
      console.debug("copying the trace failed", error);
      setOutcome("failed");
    }
  };
  return (
    <div className="pl-buttons">
      <button type="button" className="pl-button" onClick={copy}>{label("copy")}</button>
      <span role="status">{outcome && label(outcome)}</span>
    </div>
  );
}

function useClosingNotice() {
  useEffect(() => {
    const { id } = props;
    if (!id) return undefined;
    const pending = (window.plumblineClosing ??= new Map());
    clearTimeout(pending.get(id));
    pending.delete(id);
    const notify = async () => {
      pending.delete(id);
      try {
        await callAction({ name: "trace_closed", payload: { id } });
      } catch (error) {
        console.debug("trace_closed was not delivered", error);
      }
    };
    return () => pending.set(id, setTimeout(notify, CLOSE_DELAY_MS));
  }, []);
}

export default function TraceCard() {
  useClosingNotice();
  const {
    who,
    understood,
    hint,
    conversation,
    signals = [],
    waterfall = [],
    cost = [],
    query = [],
    passages = [],
    attempts = [],
    changes = [],
  } = props;
  return (
    <article className="pl-card" aria-label={label("card")}>
      {who && <Who {...who} understood={understood} />}
      {signals.length > 0 && <Signals signals={signals} title={props.signals_title} />}
      {waterfall.length > 0 && <Waterfall bars={waterfall} hint={hint} />}
      {cost.length > 0 && <Cost tiles={cost} />}
      {query.length > 0 && <Query terms={query} />}
      {passages.length > 0 && <Passages passages={passages} />}
      {attempts.length + changes.length > 0 && (
        <Section title={label("drafts")}>
          {changes.length > 0 && <Changes changes={changes} />}
          {changes.length > 0 && props.id && <Preference />}
          {attempts.map((attempt, index) => <Attempt key={index} attempt={attempt} />)}
        </Section>
      )}
      {conversation && <Conversation {...conversation} />}
      <CopyTrace />
    </article>
  );
}
