// @xapi/xapi 3, with both of its adapters.

globalThis.exercise = async (XAPI, given) => {
  const { same, holds, said, fresh, refused, sha2 } = kit;
  const { actor: agent, activity: activityId, registration } = given;

  async function statements(xapi) {
    same((await xapi.getAbout()).data.version.at(-1), "1.0.3", "versions that the client knows");
    const one = said(given);
    same((await xapi.sendStatement({ statement: one })).data, [one.id], "the id");
    const back = (await xapi.getStatement({ statementId: one.id })).data;
    for (const part of ["actor", "verb", "object", "result", "context"])
      same(back[part], one[part], part);
    const two = [said(given), said(given)];
    same((await xapi.sendStatements({ statements: two })).data.length, 2, "ids of a batch");
    const query = { agent, verb: one.verb.id, activity: activityId, registration, limit: 2 };
    const first = (await xapi.getStatements({ ...query, related_agents: true })).data;
    same(first.statements[0].id, two[1].id, "the newest first");
    const rest = (await xapi.getMoreStatements({ more: first.more })).data;
    holds(rest.statements.some((s) => s.id === one.id), "the rest is found");
    const busted = xapi.getStatements({ useCacheBuster: true });
    holds((await refused(busted)) instanceof Error, "a parameter that the standard has not");
    await xapi.voidStatement({ actor: agent, statementId: one.id });
    same((await refused(xapi.getStatement({ statementId: one.id }))).response?.status ?? 404, 404, "voided");
    same((await xapi.getVoidedStatement({ voidedStatementId: one.id })).data.id, one.id, "voided");
  }

  async function states(xapi) {
    const where = { agent, activityId, registration, stateId: fresh("закладка") };
    await xapi.setState({ ...where, state: { страница: 7 } });
    await xapi.createState({ ...where, state: { глава: "Ё" } });
    const kept = await xapi.getState(where);
    same(kept.data, { страница: 7, глава: "Ё" }, "the state, merged");
    const etag = kept.headers.etag;
    holds(/^"[0-9a-f]{40}"$/.test(etag), "the ETag can be read");
    await xapi.setState({ ...where, state: { страница: 8 }, etag, matchHeader: "If-Match" });
    const late = xapi.setState({ ...where, state: {}, etag, matchHeader: "If-Match" });
    holds((await refused(late)) instanceof Error, "a stale ETag");
    same((await xapi.getState(where)).data, { страница: 8 }, "the state is unchanged");
    same((await xapi.getStates({ agent, activityId, registration })).data, [where.stateId], "ids");
    await xapi.deleteStates({ agent, activityId, registration });
    same((await xapi.getStates({ agent, activityId, registration })).data, [], "no ids");
  }

  async function profiles(xapi) {
    const kinds = [
      ["AgentProfile", { agent }],
      ["ActivityProfile", { activityId }],
    ];
    for (const [kind, whose] of kinds) {
      const where = { ...whose, profileId: fresh("настройки") };
      await xapi[`set${kind}`]({ ...where, profile: { шрифт: 1 }, etag: "*", matchHeader: "If-None-Match" });
      const { data, headers } = await xapi[`get${kind}`](where);
      same(data, { шрифт: 1 }, kind);
      const match = { etag: headers.etag, matchHeader: "If-Match" };
      await xapi[`set${kind}`]({ ...where, ...match, profile: { шрифт: 2 } });
      await refused(xapi[`set${kind}`]({ ...where, ...match, profile: { шрифт: 3 } }));
      await xapi[`create${kind}`]({ ...where, profile: { цвет: "синий" } });
      same((await xapi[`get${kind}`](where)).data, { шрифт: 2, цвет: "синий" }, kind);
      holds((await xapi[`get${kind}s`](whose)).data.includes(where.profileId), "the id is listed");
      await xapi[`delete${kind}`](where);
    }
  }

  async function lookups(xapi) {
    same((await xapi.getAgent({ agent })).data.name, [agent.name], "the person's name");
    const { definition } = (await xapi.getActivity({ activityId })).data;
    same(definition.name["ru-RU"], "Деловой этикет: вопрос № 1", "the activity's name");
  }

  async function attachments(xapi, adapter) {
    const text = new TextEncoder().encode("Приложение: ёлка.");
    const attachment = {
      usageType: XAPI.AttachmentUsages.SUPPORTING_MEDIA,
      display: { "ru-RU": "Приложение" },
      contentType: "text/plain; charset=utf-8",
      length: text.byteLength,
      sha2: await sha2(text),
    };
    const statement = said(given, { attachments: [attachment] });
    const sent = xapi.sendStatement({ statement, attachments: [text.buffer] });
    if (typeof window === "undefined" && adapter === "axios") {
      same((await refused(sent)).response.status, 400, "axios in node, which loses the type");
      return;
    }
    await sent;
    const back = await xapi.getStatement({ statementId: statement.id, attachments: true });
    same(back.data[0].id, statement.id, "the statement before the attachment");
    same(back.data[1], "Приложение: ёлка.", "the attachment");
    const second = new TextEncoder().encode("Второе приложение.");
    const described = { ...attachment, sha2: await sha2(second), length: second.byteLength };
    const both = said(given, { attachments: [attachment, described] });
    await xapi.sendStatement({ statement: both, attachments: [text.buffer, second.buffer] });
    const two = await xapi.getStatement({ statementId: both.id, attachments: true });
    same(two.data[2], "Второе приложение.", "the second of two that run into each other");
  }

  for (const adapter of ["axios", "fetch"]) {
    const xapi = new XAPI({ endpoint: given.endpoint, auth: given.auth, adapter });
    for (const part of [statements, states, profiles, lookups, attachments]) {
      try {
        await part(xapi, adapter);
      } catch (error) {
        const told = error.response?.data?.detail ?? "";
        throw new Error(`${adapter}, ${part.name}: ${error.stack} ${told}`);
      }
    }
  }
};
