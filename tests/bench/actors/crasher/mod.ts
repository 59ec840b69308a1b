/** An actor in a crash loop: its isolate ends as soon as it loads. */
throw new Error("this actor ends its isolate");
