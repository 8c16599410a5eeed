"""Examples for the reference: invented, as everything in them."""

FILING = {
    "category": "pay",
    "title": "一单抽了 38%",
    "story": "上周三晚上一单乘客付 100 元，我只到手 62 元，客服说是系统算的。",
    "happened_date": "2026-11-18",
    "place": "510502",
    "respondent": "none",
    "identity": "named",
    "amount_fen": 3800,
}
ANSWER = {
    "finding": "upheld",
    "reasons": "核对了当天的计价规则和订单明细，平台多收了一笔信息服务费。",
    "remedy": "平台退回 38 元。",
    "carry_out_date": "2026-11-30",
}
REPLY = {
    "rule_given": "计价规则 第 3 版",
    "facts_given": "该时段适用第 3 版规则，信息服务费按规则收取。",
    "offer": "多收部分将在 3 个工作日内退回。",
}
