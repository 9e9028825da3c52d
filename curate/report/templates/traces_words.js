"use strict";
// Words of the traces in both languages, and elements made of text: nothing here or behind it ever reads markup.
const Words = (() => {
  const codes = JSON.parse(document.getElementById("trace-words").textContent);
  const own = {
    traces: ["traces", "推理"], all: ["all", "全部"], none: ["none", "无"], of: ["of", "/"], back: ["list", "列表"],
    search: ["Search: id, question, any text  ( / )", "搜索：编号、题目或任意文字（ / ）"],
    matching: ["{} of {}", "{} / {} 条"], nothing: ["Nothing matches.", "没有符合条件的记录。"],
    searched: ["searching all text: {} of {}", "正在搜全文：{} / {}"], whole: ["all text searched", "全文已搜"], stopped: ["stopped after {} of {}", "已停止，搜了 {} / {} 条"],
    "key:source": ["source", "来源"], "key:label": ["label", "结论"], "key:goes_to": ["goes to", "去向"],
    "key:reason": ["reason", "原因"], "key:criterion": ["criterion voted 0", "未满足的标准"], "key:judge": ["voted 0 by", "投 0 的评审"],
    "key:language": ["language", "语言"], "key:kind": ["answer kind", "答案类型"], "key:module": ["module", "模块"],
    "key:flag": ["flag", "缺陷标记"], "key:audit": ["audit", "核查"], "key:attempts": ["attempts", "尝试次数"], "key:q": ["text", "文字"],
    "audit:wrong": ["a wrong calculation", "有算错的算式"], "audit:unfounded": ["a number from nowhere", "有无出处的数字"],
    "audit:misread": ["a misread number", "有疑似抄错的数字"], gives: ["it gives {}", "应为 {}"],
    task: ["task", "任务"], question: ["question", "题目"], options: ["options", "选项"], context: ["context", "材料"], gold: ["gold", "标准答案"],
    or: ["or", "或"], explanation: ["the source's explanation", "来源自带的解析"], flags: ["flags", "缺陷标记"],
    before: ["before its conversion", "改写之前"], raw: ["the record as it stands", "原始记录"], place: ["place", "位置"], error: ["error", "错误"],
    sample: ["sample {}", "样本 {}"], attempt: ["attempt {}", "尝试 {}"], chosen: ["chosen", "选定"], reasoning: ["reasoning", "推理"],
    answer: ["answer", "回答"], final: ["final answer", "最终答案"], marks: ["calculations and numbers", "算式与数字"],
    "round one": ["round one: the answer", "第一轮：答案"], "round two": ["round two: the reasoning", "第二轮：推理"],
    extracted: ["extracted", "提取出"], against: ["against", "比对"], tolerance: ["allowed gap", "允许误差"], rule: ["the rules said", "规则判定"],
    method: ["by", "判定者"], detail: ["detail", "详情"], criterion: ["criterion", "标准"], verdict: ["verdict", "结论"],
    beside: ["beside the panel, no say", "仅作旁证，不计入结论"], saw: ["saw {} of the reasoning", "只看到推理的 {}"],
    "origin:distilled": ["distilled", "蒸馏"], "origin:merged": ["merged", "合并"], "origin:program": ["from the gold program", "由标准程序写成"],
    "origin:imported": ["came with the question", "随题提供"], "method:rule": ["rules", "规则"],
    measures: ["measures", "度量"], calls: ["calls", "调用"], purpose: ["purpose", "用途"], model: ["model", "模型"], tokens: ["tokens in / out", "输入 / 输出 token"],
    usd: ["US$", "美元"], outcome: ["outcome", "结果"], total: ["total", "合计"], try: ["sample.attempt", "样本.尝试"],
    cached: ["{} cached", "缓存 {}"], thought: ["{} reasoning", "推理 {}"], shared: ["the same reply as another call's, which pays for it", "与另一次调用是同一回复，费用计在那里"],
    beside_total: ["Not in the total: {} shared, paid for by other calls: {}", "未计入合计：{} 次共用回复，由其他调用付费：{}"],
    group: ["same document or conversation", "同一文档或对话"], rewritten: ["from the same original", "出自同一原题"],
    previous: ["previous (k)", "上一条（k）"], next: ["next (j)", "下一条（j）"], remove: ["remove this filter", "去掉此筛选"],
    missing: ["This page has no record of that id. A larger run is sampled.", "本页没有该编号的记录；较大的运行只展示抽样。"],
    unread: ["This page cannot be read by this browser: {}", "此浏览器无法读取本页数据：{}"],
    no_trace: ["nobody wrote a trace for it", "没有推理"], more: ["{} more", "另有 {} 条"],
  };
  const chinese = () => (document.documentElement.lang === "zh" ? 1 : 0);
  // What a code is called; "reason:x" and the like stand for x where nobody has words.
  const say = (code, ...values) => {
    const pair = own[code] ?? codes[code];
    const said = pair?.[chinese()] || code.slice(code.indexOf(":") + 1);
    return said.replace(/\{\}/g, () => String(values.shift()));
  };
  // The same as a title.
  const title = (code) => say(code).replace(/^./u, (first) => first.toUpperCase());
  return { say, title, knows: (code) => code in codes, count: (number) => number.toLocaleString("en") };
})();

const Text = (() => {
  // As in curate/terminal/console.py: what steers (controls, changes of direction) is shown as a symbol.
  const CONTROLS = /[\u0000-\u0008\u000b-\u001f]/g;
  const STEERING = /[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/g;
  const shown = (text) => String(text).replace(/\r\n/g, "\n")
    .replace(CONTROLS, (one) => String.fromCharCode(0x2400 + one.charCodeAt(0)))
    .replace(/\u007f/g, "\u2421").replace(STEERING, "\ufffd");

  // An element with attributes and children; strings become text.
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== "" && one !== false)
      .map((one) => (one instanceof Node ? one : shown(one))));
    return node;
  };
  // Data inside a line, whose direction does not touch the rest of it.
  const data = (text, attributes = {}) => make("bdi", attributes, text);
  return { shown, make, data };
})();
