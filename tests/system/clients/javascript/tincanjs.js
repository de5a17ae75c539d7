// tincanjs 0.50, which speaks 1.0.2 unless it is told an older version.

globalThis.exercise = async (TinCan, given) => {
  const { same, holds, said, fresh, sha2 } = kit;
  const agent = new TinCan.Agent(given.actor);
  const activity = new TinCan.Activity({ id: given.activity });
  const { registration } = given;
  const inNode = typeof window === "undefined";
  // In a page the launch link alone says all; in node there is none.
  const lrs = inNode
    ? new TinCan.LRS({ endpoint: given.endpoint, auth: given.auth, allowFail: false })
    : new TinCan({ url: location.href }).recordStores[0];

  // What a call with a callback gives; its refusal has the status and what the store said.
  const asked = (method, ...args) => askedOf(lrs, method, ...args);
  const askedOf = (lrs, method, ...args) =>
    new Promise((resolve, reject) => {
      const config = args.at(-1);
      config.callback = (error, result) =>
        error === null || error === undefined
          ? resolve(result)
          : reject(Object.assign(new Error(`${method}: ${error} ${result?.responseText}`), { status: error }));
      lrs[method](...args);
    });
  const status = (promise) => promise.then(() => "no refusal", (error) => error.status);

  async function statements() {
    const one = said(given);
    await asked("saveStatement", new TinCan.Statement(one), {});
    const back = await asked("retrieveStatement", one.id, {});
    same(back.id, one.id, "the id");
    same(back.target.definition.name["ru-RU"], one.object.definition.name["ru-RU"], "the name");
    same(back.result.response, one.result.response, "the response");
    const two = [said(given), said(given)];
    await asked("saveStatements", two.map((s) => new TinCan.Statement(s)), {});
    const params = { agent, activity, registration, related_agents: true, limit: 2 };
    const first = await asked("queryStatements", { params });
    same(first.statements[0].id, two[1].id, "the newest first");
    const rest = await asked("moreStatements", { url: first.more });
    holds(rest.statements.some((s) => s.id === one.id), "the rest is found");
    const wrong = new TinCan.Statement({ ...said(given), actor: { name: "Никто" } });
    same(await status(asked("saveStatement", wrong, {})), 400, "a wrong statement");
  }

  async function longAddresses() {
    const name = "Ёж".repeat(200);
    const long = new TinCan.Agent({ account: { homePage: "https://hr.centre.example", name } });
    const statement = new TinCan.Statement({ ...said(given), actor: long });
    await asked("saveStatement", statement, {});
    const found = await asked("queryStatements", { params: { agent: long } });
    same(found.statements.map((s) => s.id), [statement.id], "found by an address too long");
    const where = { agent, activity, registration };
    const page = `стр. ${name}`;
    await asked("saveState", page, { страница: 9 }, { ...where, contentType: "application/json" });
    const state = await asked("retrieveState", page, where);
    same(state.contents, { страница: 9 }, "a state whose address is too long");
    const change = { ...where, contentType: "application/json", lastSHA1: '"0"' };
    same(await status(asked("saveState", page, {}, change)), 412, "a header in a form");
    await asked("dropState", page, where);
    same(await asked("retrieveState", page, where), null, "the state is gone");
  }

  async function states() {
    const where = { agent, activity, registration };
    const id = fresh("закладка");
    const json = { ...where, contentType: "application/json" };
    await asked("saveState", id, { страница: 7 }, { ...json });
    const kept = await asked("retrieveState", id, { ...where });
    same(kept.contents, { страница: 7 }, "the state");
    holds(/^"[0-9a-f]{40}"$/.test(kept.etag), "the ETag can be read");
    const change = { ...json, lastSHA1: kept.etag };
    await asked("saveState", id, { страница: 8 }, { ...change });
    same(await status(asked("saveState", id, {}, { ...change })), 412, "a stale ETag");
    // A hash of one's own has no quotation marks.
    const own = TinCan.Utils.getSHA1String('{"страница":8}');
    await asked("saveState", id, { страница: 9 }, { ...json, lastSHA1: own });
    same(await asked("retrieveStateIds", { ...where }), [id], "ids");
    await asked("dropState", null, { ...where });
    same(await asked("retrieveStateIds", { ...where }), [], "no ids");
  }

  async function profiles() {
    for (const [kind, whose] of [
      ["AgentProfile", { agent }],
      ["ActivityProfile", { activity }],
    ]) {
      const id = fresh("настройки");
      const json = { ...whose, contentType: "application/json" };
      await asked(`save${kind}`, id, { шрифт: 1 }, { ...json });
      same(await status(asked(`save${kind}`, id, {}, { ...json })), 412, "not overwritten unawares");
      const kept = await asked(`retrieve${kind}`, id, { ...whose });
      same(kept.contents, { шрифт: 1 }, kind);
      await asked(`save${kind}`, id, { шрифт: 2 }, { ...json, lastSHA1: kept.etag });
      holds((await asked(`retrieve${kind}Ids`, { ...whose })).includes(id), "the id is listed");
      await asked(`drop${kind}`, id, { ...whose });
    }
  }

  async function lookups() {
    const known = await asked("retrieveActivity", given.activity, {});
    same(known.definition.name["ru-RU"], "Деловой этикет: вопрос № 1", "the activity's name");
  }

  async function attachments() {
    const content = TinCan.Utils.stringToArrayBuffer("Приложение: ёлка.\r\n");
    const attachment = (bytes) =>
      new TinCan.Attachment({
        usageType: "http://id.tincanapi.com/attachment/supporting_media",
        display: { "ru-RU": "Приложение" },
        contentType: "text/plain; charset=utf-8",
        content: bytes,
      });
    const statement = new TinCan.Statement({ ...said(given), attachments: [attachment(content)] });
    await asked("saveStatement", statement, {});
    const back = await asked("retrieveStatement", statement.id, { params: { attachments: true } });
    same(back.attachments[0].getContentAsString(), "Приложение: ёлка.\r\n", "the attachment");
    const params = { agent, attachments: true, limit: 1 };
    const found = await asked("queryStatements", { params });
    same(await sha2(found.statements[0].attachments[0].content), back.attachments[0].sha2, "bytes");
    const second = TinCan.Utils.stringToArrayBuffer("Второе приложение.");
    const both = [attachment(content), attachment(second)];
    const two = new TinCan.Statement({ ...said(given), attachments: both });
    await asked("saveStatement", two, {});
    const again = await asked("retrieveStatement", two.id, { params: { attachments: true } });
    same(again.attachments[1].getContentAsString(), "Второе приложение.", "the second of two");
  }

  // What else stands in the launch link is added to every request, and refused there.
  async function otherParameters() {
    if (inNode) return;
    const url = location.href.replace("?", "?lang=ru&");
    const [told] = new TinCan({ url }).recordStores;
    same(await status(askedOf(told, "queryStatements", { params: {} })), 400, "a parameter `lang`");
    told.extended = null;
    holds((await askedOf(told, "queryStatements", { params: {} })).statements.length, "without it");
  }

  const parts = [statements, longAddresses, states, profiles, lookups, attachments, otherParameters];
  for (const part of parts) {
    try {
      await part();
    } catch (error) {
      throw new Error(`${part.name}: ${error.stack}`);
    }
  }
};
