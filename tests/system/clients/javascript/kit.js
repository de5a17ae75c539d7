// What all exercises share; it runs in node and in browsers.

globalThis.kit = {
  // Throws unless both are the same as JSON.
  same(got, wanted, what) {
    const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
    if (a !== b) throw new Error(`${what}: got ${a} instead of ${b}`);
  },

  holds(truth, what) {
    if (!truth) throw new Error(`not so: ${what}`);
  },

  // A statement with Cyrillic in every place that takes it.
  said(given, parts = {}) {
    return {
      id: crypto.randomUUID(),
      actor: given.actor,
      verb: { id: "http://adlnet.gov/expapi/verbs/answered", display: { "ru-RU": "ответил" } },
      object: {
        objectType: "Activity",
        id: given.activity,
        definition: { name: { "ru-RU": "Деловой этикет: вопрос № 1" } },
      },
      result: { response: "Ёжик в тумане", success: true, score: { scaled: 0.5 } },
      context: { registration: given.registration },
      ...parts,
    };
  },

  // A name that nobody has used, with what encoding is easily lost.
  fresh: (word) => `${word} & 100% + ${crypto.randomUUID()}`,

  async sha2(bytes) {
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
  },

  // The promise's error, which there must be.
  async refused(promise) {
    try {
      await promise;
    } catch (error) {
      return error;
    }
    throw new Error("it was not refused");
  },
};
