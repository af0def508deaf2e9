"use strict";
// Text from the ledger enters the page as text nodes only, never as markup.

const byId = (id) => document.getElementById(id);

function element(name, content, className) {
  const node = document.createElement(name);
  if (className) node.className = className;
  for (const part of [content].flat()) {
    if (part !== undefined && part !== null) node.append(part);
  }
  return node;
}

function link(text, query) {
  const node = element("a", text);
  node.href = "#" + encodeURIComponent(query);
  return node;
}

async function read(path) {
  const response = await fetch("/v1/" + path, { headers: { accept: "application/json" } });
  const body = await response.json();
  if (!response.ok) {
    const error = new Error(body.error.message + " — " + body.error.hint);
    error.code = body.error.code;
    throw error;
  }
  return body;
}

const time = (ms) => new Date(Number(ms)).toISOString().replace("T", " ").slice(0, 19);
const money = (m) => m.amount + " " + m.currency;
const range = (r) => r.start + "–" + r.end;

function fill(list, pairs) {
  list.replaceChildren(...pairs.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

function table(heads, rows) {
  const head = element("thead", element("tr", heads.map((h) => element("th", h))));
  const body = element("tbody", rows.map((row) => element("tr", row.map((cell) => element("td", cell)))));
  return element("table", [head, body]);
}

function raw(value) {
  const details = element("details", element("summary", "JSON"));
  details.append(element("pre", JSON.stringify(value, null, 2)));
  return details;
}

let shownHeight = null;

async function refresh() {
  const status = await read("status");
  byId("network").textContent = status.network;
  const pending = status.clock.due_pending ? " (due work pending)" : "";
  fill(byId("status"), [
    ["Node", status.node + ", version " + status.version],
    ["Genesis", element("code", status.genesis)],
    ["Height", status.height + ", round " + status.round],
    ["Time (UTC)", time(status.time_ms)],
    ["Business date", status.business_date + pending],
    ["Peers", String(status.peers)],
    ["Waiting", status.mempool.transactions + " transactions"],
    ["Ready", status.not_ready || "yes"],
  ]);
  if (status.height === shownHeight) return;
  const top = Number(status.height);
  const heights = [];
  for (let height = top; height > 0 && height > top - 10; height--) heights.push(height);
  const blocks = await Promise.all(heights.map((height) => read("blocks/" + height)));
  byId("blocks").replaceChildren(...blocks.map(({ block }) => element("tr", [
    element("td", link(block.header.height, block.header.height), "number"),
    element("td", time(block.header.time_ms)),
    element("td", block.header.business_date),
    element("td", String(block.transactions.length), "number"),
    element("td", element("code", block.hash.slice(0, 16) + "…")),
  ])));
  shownHeight = status.height;
}

function showBill(bill) {
  const facts = element("dl");
  fill(facts, [
    ["Sum", money(bill.bill.sum)],
    ["Drawer", link(bill.bill.drawer, bill.bill.drawer)],
    ["Acceptor", link(bill.bill.acceptor, bill.bill.acceptor)],
    ["Payee", link(bill.bill.payee, bill.bill.payee)],
    ["Issued", bill.bill.issue_date],
    ["Maturity", bill.bill.maturity],
  ]);
  const lots = table(["Lot", "Holder", "Status", "Circulation"], bill.lots.map((lot) =>
    [range(lot.range), link(lot.holder, lot.holder), lot.status, lot.circulation]));
  const hands = table(["#", "Act", "Lot", "From", "To", "Date", "Block"], bill.hands.map((hand) =>
    [hand.number, hand.kind, range(hand.range), hand.from, hand.to, hand.date, link(hand.height, hand.height)]));
  const more = bill.next ? element("p", "There are more lots or hands: see /v1/bills/" + bill.bill.number) : null;
  return [element("h2", "Bill " + bill.bill.number), facts, element("h2", "Lots"), lots,
    element("h2", "Hands"), hands, more, raw(bill)];
}

async function showMember(id) {
  const [member, cash, held] = await Promise.all([
    read("members/" + encodeURIComponent(id)),
    read("cash/" + encodeURIComponent(id)),
    read("bills?holder=" + encodeURIComponent(id)),
  ]);
  const facts = element("dl");
  fill(facts, [
    ["Roles", member.member.roles.join(", ")],
    ["Suspended", member.member.suspended ? "yes" : "no"],
    ["Keys", member.member.threshold + " of " + member.member.keys.length + " must sign"],
    ["Cash", cash.balances.map((b) => money(b.total) + " (available " + money(b.available) + ")").join("; ") || "none"],
  ]);
  const lots = table(["Bill", "Lot", "Amount", "Status", "Maturity"], held.holdings.map((h) =>
    [link(h.bill.number, h.bill.number), range(h.lot.range), money(h.money), h.lot.status, h.bill.maturity]));
  return [element("h2", "Member " + id), facts, element("h2", "Bills held"), lots, raw(member)];
}

function showBlock(block) {
  const rows = block.transactions.map((t) =>
    [String(t.index), link(t.id.slice(0, 16) + "…", t.id), link(t.actor, t.actor), t.calls.join(", "), t.rejected || "accepted"]);
  return [element("h2", "Block " + block.header.height), element("p", element("code", block.hash)),
    table(["#", "Transaction", "By", "Calls", "Outcome"], rows), raw(block)];
}

async function look(query) {
  const found = byId("found");
  const problem = byId("problem");
  problem.hidden = true;
  found.hidden = true;
  if (!query) return;
  try {
    let parts;
    if (/^[0-9]{30}$/.test(query)) parts = showBill(await read("bills/" + query));
    else if (/^[0-9a-fA-F]{64}$/.test(query)) {
      const transaction = await read("transactions/" + query.toLowerCase());
      parts = [element("h2", "Transaction " + transaction.status), raw(transaction)];
      parts[1].open = true;
    } else if (/^[0-9]{1,20}$/.test(query)) parts = showBlock((await read("blocks/" + query)).block);
    else parts = await showMember(query);
    found.replaceChildren(...parts.filter((part) => part));
    found.hidden = false;
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}

function asked() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = encodeURIComponent(byId("query").value.trim());
});
addEventListener("hashchange", () => look(asked()));

async function loop() {
  try {
    await refresh();
  } catch (error) {
    byId("status").replaceChildren(element("dt", "Node"), element("dd", "does not answer: " + error.message));
  }
  setTimeout(loop, 3000);
}
look(asked());
loop();
