// @xapi/cmi5 1.4: what an assignable unit does from its launch to its end.

globalThis.exercise = async (Cmi5, given) => {
  const { same, holds } = kit;
  const unit = new Cmi5(); // the address of the page says all
  await unit.initialize();
  same(unit.getLaunchData().launchMode, "Normal", "the launch data, kept as a State");
  same(unit.getLearnerPreferences().languagePreference, "ru-RU", "the learner's preferences");
  const question = { "ru-RU": "Кто здоровается первым?" };
  const choices = [
    { id: "junior", description: { "ru-RU": "Младший" } },
    { id: "senior", description: { "ru-RU": "Старший" } },
  ];
  await unit.interactionChoice("итог", "1", ["junior"], ["junior"], choices, question, undefined, true);
  await unit.interactionTrueFalse("итог", "2", true, false, question, undefined, false);
  await unit.interactionNumeric("итог", "3", 7, { min: 5, max: 9 }, question, undefined, true);
  await unit.interactionFillIn("итог", "4", ["ёлка", "ель"], ["ёлка"], question, undefined, false);
  await unit.progress(50);
  await unit.pass({ scaled: 0.85, raw: 17, min: 0, max: 20 });
  await unit.complete();
  await unit.terminate();

  const { data } = await unit.xapi.getStatements({ registration: given.registration });
  const verbs = data.statements.map((s) => s.verb.id.split("/").at(-1)).reverse();
  const answers = ["answered", "answered", "answered", "answered"];
  const wanted = ["initialized", ...answers, "progressed", "passed", "completed", "terminated"];
  same(verbs, wanted, "the verbs, in order");
  const asked = data.statements.find((s) => s.object.id.endsWith("/question/1"));
  same(asked.object.definition.name, question, "the question");
  holds(data.statements.every((s) => s.context.registration === given.registration), "one attempt");
};
