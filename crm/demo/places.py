"""Where the company sells: regions, provinces, offices, and the accounts around them."""

from __future__ import annotations

#: Region, Chinese name, share of the company's accounts, and its offices: city, 市, province, 省, salespeople.
REGIONS: tuple[tuple[str, str, float, tuple[tuple[str, str, str, str, int], ...]], ...] = (
    ("East", "华东", 0.26, (
        ("Shanghai", "上海", "Shanghai", "上海市", 12),
        ("Nanjing", "南京", "Jiangsu", "江苏省", 8),
        ("Hangzhou", "杭州", "Zhejiang", "浙江省", 8),
        ("Hefei", "合肥", "Anhui", "安徽省", 5),
        ("Jinan", "济南", "Shandong", "山东省", 7),
        ("Fuzhou", "福州", "Fujian", "福建省", 4),
    )),
    ("North", "华北", 0.21, (
        ("Beijing", "北京", "Beijing", "北京市", 11),
        ("Tianjin", "天津", "Tianjin", "天津市", 6),
        ("Shijiazhuang", "石家庄", "Hebei", "河北省", 6),
        ("Taiyuan", "太原", "Shanxi", "山西省", 4),
        ("Hohhot", "呼和浩特", "Inner Mongolia", "内蒙古自治区", 3),
    )),
    ("South", "华南", 0.20, (
        ("Guangzhou", "广州", "Guangdong", "广东省", 11),
        ("Shenzhen", "深圳", "Guangdong", "广东省", 9),
        ("Nanning", "南宁", "Guangxi", "广西壮族自治区", 5),
        ("Haikou", "海口", "Hainan", "海南省", 3),
    )),
    ("Central", "华中", 0.12, (
        ("Wuhan", "武汉", "Hubei", "湖北省", 8),
        ("Changsha", "长沙", "Hunan", "湖南省", 6),
        ("Zhengzhou", "郑州", "Henan", "河南省", 6),
    )),
    ("Southwest", "西南", 0.11, (
        ("Chengdu", "成都", "Sichuan", "四川省", 7),
        ("Chongqing", "重庆", "Chongqing", "重庆市", 5),
        ("Kunming", "昆明", "Yunnan", "云南省", 3),
        ("Guiyang", "贵阳", "Guizhou", "贵州省", 3),
    )),
    ("Northeast", "东北", 0.05, (
        ("Shenyang", "沈阳", "Liaoning", "辽宁省", 4),
        ("Dalian", "大连", "Liaoning", "辽宁省", 3),
        ("Changchun", "长春", "Jilin", "吉林省", 2),
        ("Harbin", "哈尔滨", "Heilongjiang", "黑龙江省", 3),
    )),
    ("Northwest", "西北", 0.05, (
        ("Xi'an", "西安", "Shaanxi", "陕西省", 5),
        ("Lanzhou", "兰州", "Gansu", "甘肃省", 2),
        ("Urumqi", "乌鲁木齐", "Xinjiang", "新疆维吾尔自治区", 3),
        ("Yinchuan", "银川", "Ningxia", "宁夏回族自治区", 2),
    )),
)  # fmt: skip

#: Invented quarters and founders that accounts are named after.
PLACES: tuple[tuple[str, str], ...] = (
    ("Jinghu", "京湖"), ("Beiyuan", "北苑"), ("Yunshan", "云山"), ("Donghai", "东海"), ("Qingping", "清平"),
    ("Hengda", "恒达"), ("Haimen", "海门"), ("Wanjiang", "皖江"), ("Xihe", "西河"), ("Nanlin", "南林"),
    ("Ruikang", "瑞康"), ("Mingde", "明德"), ("Tongji Road", "同济路"), ("Lanxi", "兰溪"), ("Fenghe", "丰和"),
    ("Ankang Road", "安康路"), ("Jiahe", "嘉和"), ("Boai", "博爱"), ("Changle", "长乐"), ("Chunhui", "春晖"),
    ("Dongfang", "东方"), ("Fuxing", "复兴"), ("Guanghua", "光华"), ("Heping", "和平"), ("Huaxin", "华信"),
    ("Jianshe", "建设"), ("Kangtai", "康泰"), ("Longquan", "龙泉"), ("Meihua", "梅花"), ("Ningyuan", "宁远"),
    ("Pingjiang", "平江"), ("Qiushi", "求是"), ("Renhe", "仁和"), ("Shuguang", "曙光"), ("Taihe", "泰和"),
    ("Wenhua", "文华"), ("Xincheng", "新城"), ("Yongan", "永安"), ("Zhongshan Road", "中山路"), ("Zhuhe", "竹河"),
)  # fmt: skip

#: Kind of account: name and Chinese name after the place, industry, segment (both twice), share, size of its deals.
KINDS: tuple[tuple[str, str, str, str, str, str, float, float], ...] = (
    ("General Hospital", "总医院", "Hospitals", "医院", "Tier 3", "三级医院", 0.10, 1.5),
    ("People's Hospital", "人民医院", "Hospitals", "医院", "Tier 3", "三级医院", 0.14, 1.4),
    ("University Hospital", "大学附属医院", "Hospitals", "医院", "Tier 3", "三级医院", 0.06, 1.7),
    ("Cancer Hospital", "肿瘤医院", "Hospitals", "医院", "Tier 3", "三级医院", 0.04, 1.5),
    ("Chinese Medicine Hospital", "中医院", "Hospitals", "医院", "Tier 2", "二级医院", 0.11, 0.8),
    ("District Hospital", "区医院", "Hospitals", "医院", "Tier 2", "二级医院", 0.16, 0.8),
    ("Hospital Group", "医疗集团", "Hospital groups", "医院集团", "Key accounts", "重点客户", 0.04, 2.6),
    ("Eye Clinic", "眼科诊所", "Clinics", "诊所", "Private", "民营", 0.08, 0.4),
    ("Health Centre", "社区卫生服务中心", "Clinics", "诊所", "Primary care", "基层医疗", 0.12, 0.4),
    ("Disease Control Centre", "疾控中心", "Disease control", "疾控", "Public health", "公共卫生", 0.05, 1.1),
    ("Medical Laboratory", "医学检验所", "Laboratories", "检验机构", "Private", "民营", 0.05, 1.0),
    ("Medical Supply", "医疗供应公司", "Trade", "医药流通", "Wholesale", "批发", 0.05, 1.6),
)
