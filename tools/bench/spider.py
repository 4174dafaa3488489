#!/usr/bin/env python3
"""The yardstick of `crawl.sh`: Scrapy follows all links of a site and writes its posts.   spider.py START OUT.jsonl"""
import sys

from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule


class Posts(CrawlSpider):
    name = "posts"
    start_urls = [sys.argv[1]]
    allowed_domains = ["127.0.0.1"]
    rules = [Rule(LinkExtractor(), callback="parse_page", follow=True)]

    def parse_start_url(self, response):
        return self.parse_page(response)

    def parse_page(self, response):
        for post in response.css("article.post"):
            text = " ".join(post.css(".post-text ::text").getall())
            yield {"url": response.url, "text": text, "time": post.css("time::attr(datetime)").get()}


settings = {
    "LOG_LEVEL": "ERROR",
    "ROBOTSTXT_OBEY": True,
    "TELNETCONSOLE_ENABLED": False,
    "FEEDS": {sys.argv[2]: {"format": "jsonlines", "overwrite": True}},
}
process = CrawlerProcess(settings)
process.crawl(Posts)
(crawler,) = process.crawlers
process.start()
print(crawler.stats.get_value("response_received_count"), "answers", file=sys.stderr)
