// ADL's xapiwrapper 1.11, which runs in pages only and reads the launch link by itself.

globalThis.exercise = async (ADL, given) => {
  const { same, holds, said, fresh } = kit;
  const wrapper = ADL.XAPIWrapper;
  wrapper.strictCallbacks = true;
  const { activity, registration } = given;
  const actor = JSON.parse(wrapper.lrs.actor);

  const asked = (method, ...args) =>
    new Promise((resolve, reject) => {
      wrapper[method](...args, (error, xhr, body) =>
        error
          ? reject(Object.assign(new Error(`${method}: ${xhr.responseText}`), { status: xhr.status }))
          : resolve({ xhr, body }),
      );
    });
  const status = (promise) => promise.then(() => "no refusal", (error) => error.status);

  async function launch() {
    same(wrapper.lrs.endpoint, given.endpoint, "the endpoint of the link");
    same(actor, given.actor, "the actor of the link");
    same(wrapper.lrs.activity_id, activity, "the activity of the link");
  }

  async function statements() {
    const one = said(given, { actor: undefined });
    await asked("sendStatement", one);
    const { body } = await asked("getStatements", { statementId: one.id }, null);
    same(body.actor, actor, "the actor, taken from the link");
    same(body.context.registration, registration, "the registration, taken from the link");
    same(body.object.definition.name["ru-RU"], "Деловой этикет: вопрос № 1", "the name");
    await asked("sendStatements", [said(given), said(given)]);
    const query = { ...wrapper.searchParams(), agent: JSON.stringify(actor), limit: 2 };
    const first = (await asked("getStatements", { ...query, related_agents: true }, null)).body;
    same(first.statements.length, 2, "a page");
    const rest = (await asked("getStatements", null, first.more)).body;
    holds(rest.statements.some((s) => s.id === one.id), "the rest is found");
    const since = new Date(Date.now() - 60_000);
    same((await asked("getStatements", { ...query, since }, null)).body.statements.length, 2, "since");
    same(await status(asked("sendStatements", [said(given, { verb: {} })])), 400, "a wrong verb");
  }

  async function states() {
    const id = fresh("закладка");
    const where = [activity, actor, id, registration];
    await asked("sendState", ...where, { страница: 7 }, null, null);
    await asked("sendState", ...where, { глава: "Ё" }, null, null);
    const { xhr, body } = await asked("getState", ...where, null);
    same(body, { страница: 7, глава: "Ё" }, "the state, merged");
    // The client makes the ETag itself, of the text that it has read.
    const hash = wrapper.hash(xhr.responseText);
    same(xhr.getResponseHeader("ETag"), `"${hash}"`, "the SHA-1 of the document");
    await asked("sendState", ...where, "страница 8", hash, null);
    same(await status(asked("sendState", ...where, "страница 9", hash, null)), 412, "a stale hash");
    same((await asked("getState", ...where, null)).xhr.responseText, "страница 8", "a text");
    same((await asked("getState", activity, actor, null, registration, null)).body, [id], "ids");
    await asked("deleteState", ...where, null, null);
    same((await asked("getState", ...where, null)).xhr.status, 404, "the state is gone");
  }

  async function profiles() {
    for (const [kind, whose] of [
      ["AgentProfile", actor],
      ["ActivityProfile", activity],
    ]) {
      const id = fresh("настройки");
      await asked(`send${kind}`, whose, id, { шрифт: 1 }, null, "*");
      await asked(`send${kind}`, whose, id, { цвет: "синий" }, null, null);
      const { xhr, body } = await asked(`get${kind}`, whose, id, null);
      same(body, { шрифт: 1, цвет: "синий" }, kind);
      const hash = wrapper.hash(xhr.responseText);
      await asked(`send${kind}`, whose, id, "текст", hash, null);
      same(await status(asked(`send${kind}`, whose, id, "другой", hash, null)), 412, "a stale hash");
      holds((await asked(`get${kind}`, whose, null, null)).body.includes(id), "the id is listed");
      await asked(`delete${kind}`, whose, id, null, null);
    }
  }

  async function lookups() {
    same((await asked("getAgents", actor)).body.name, [actor.name], "the person's name");
    const { definition } = (await asked("getActivities", activity)).body;
    same(definition.name["ru-RU"], "Деловой этикет: вопрос № 1", "the activity's name");
  }

  async function attachments() {
    const type = () => ({
      usageType: "http://id.tincanapi.com/attachment/supporting_media",
      display: { "ru-RU": "Приложение" },
      contentType: "text/plain; charset=utf-8",
    });
    const sent = (values, statement = said(given)) =>
      new Promise((resolve) => {
        const parts = values.map((value) => ({ type: type(), value }));
        wrapper.sendStatement(statement, (error, xhr) => resolve(xhr.status), parts);
      });
    const statement = said(given);
    same(await sent(["Приложение: ёлка."], statement), 200, "an attachment");
    const query = { statementId: statement.id, attachments: true };
    const { xhr } = await asked("getStatements", query, null);
    holds(xhr.responseText.includes("\r\n\r\nПриложение: ёлка.\r\n--"), "the attachment comes back");
    same(await sent(["Первое.", "Второе."]), 200, "two attachments, which run into each other");
  }

  for (const part of [launch, statements, states, profiles, lookups, attachments]) {
    try {
      await part();
    } catch (error) {
      throw new Error(`${part.name}: ${error.stack}`);
    }
  }
};
