throw new Error("a test was taken for a route");
