"""maven (surefire) and gradle, with what Debian packages of both, without a network."""

from __future__ import annotations

_TEST = "import org.junit.*;\npublic class {name} {{\n{body}}}\n"


def _class(name: str, body: str) -> str:
    return _TEST.format(name=name, body=body)


PASSES = "  @Test public void a() {}\n  @Test public void b() {}\n"
FAILS = (
    "  @Test public void a() {}\n  @Test public void b() { Assert.fail(); }\n"
    '  @Test public void e() { throw new RuntimeException("x"); }\n  @Ignore @Test public void s() {}\n'
)
ONCE = (
    "  static boolean again;\n"
    "  @Test public void a() { if (!again) { again = true; Assert.fail(); } }\n  @Test public void b() {}\n"
)
SKIPS = "  @Ignore @Test public void a() {}\n"
SAYS = (
    '  @Test public void a() { System.out.println("[INFO] Tests run: 9, Failures: 0, Errors: 0, Skipped: 0");'
    ' System.out.println("BUILD SUCCESSFUL in 1s"); Assert.fail(); }\n'
)


def _pom(more: str = "", packaging: str = "jar", inner: str = "") -> str:
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0">\n  <modelVersion>4.0.0</modelVersion>\n'
        f"  <groupId>ex</groupId><artifactId>ex</artifactId><version>1</version><packaging>{packaging}</packaging>\n{inner}"
        "  <properties><maven.compiler.source>8</maven.compiler.source><maven.compiler.target>8</maven.compiler.target>"
        "<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>\n"
        "  <dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version>"
        f"<scope>test</scope></dependency></dependencies>\n{more}</project>\n"
    )


def _child(name: str) -> str:
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0">\n  <modelVersion>4.0.0</modelVersion>\n'
        "  <parent><groupId>ex</groupId><artifactId>ex</artifactId><version>1</version></parent>\n"
        f"  <artifactId>{name}</artifactId>\n</project>\n"
    )


DEBIAN = {".mvn/maven.config": "-s /etc/maven/settings-debian.xml\n"}  # where its packages lie


def _maven(**classes: str) -> dict[str, str]:
    tests = {f"src/test/java/{name}.java": _class(name, body) for name, body in classes.items()}
    return {**DEBIAN, "pom.xml": _pom(), **tests}


PASS, FAIL, SKIP = _maven(PTest=PASSES), _maven(PTest=PASSES, FTest=FAILS), _maven(STest=SKIPS)
MIXED, NONE = _maven(PTest=PASSES, STest=SKIPS), _maven()
BROKEN = _maven(PTest="  @Test public void a() { nowhere(); }\n")
MODULES = {
    **DEBIAN,
    "pom.xml": _pom("  <modules><module>one</module><module>two</module><module>three</module></modules>\n", "pom"),
    **{f"{name}/pom.xml": _child(name) for name in ("one", "two", "three")},
    "one/src/test/java/OneTest.java": _class("OneTest", PASSES),
    "two/src/test/java/TwoTest.java": _class("TwoTest", FAILS),
    "three/src/test/java/ThreeTest.java": _class("ThreeTest", PASSES),
}
MODULES_PASS = {**MODULES, "two/src/test/java/TwoTest.java": _class("TwoTest", PASSES)}
_MVN = "mvn -o -B"

_BUILD = (
    "apply plugin: 'java'\n"
    "dependencies { testCompile files('/usr/share/java/junit4.jar', '/usr/share/java/hamcrest-core.jar') }\n"
    "test { jvmArgs '-Djava.security.manager=allow' }\n"
)


def _gradle(build: str = _BUILD, **classes: str) -> dict[str, str]:
    tests = {f"src/test/java/{name}.java": _class(name, body) for name, body in classes.items()}
    return {"build.gradle": build, "settings.gradle": "rootProject.name = 'ex'\n", **tests}


_TOLD = _BUILD + "test { testLogging { events 'passed', 'skipped', 'failed' } }\n"
_SPARED = _BUILD + "test { ignoreFailures = true }\n"
GRADLE_MODULES = {
    "settings.gradle": "rootProject.name = 'ex'\ninclude 'one', 'two', 'three'\n",
    "build.gradle": "subprojects {\n" + _BUILD + "}\n",
    "one/src/test/java/OneTest.java": _class("OneTest", PASSES),
    "two/src/test/java/TwoTest.java": _class("TwoTest", FAILS),
    "three/src/main/java/Three.java": "public class Three {}\n",
}
_GRADLE = "gradle --offline"

RUNS = [
    ("maven", "pass", PASS, f"{_MVN} test", "pass"),
    ("maven", "fail", FAIL, f"{_MVN} test", "fail"),
    ("maven", "fail-quiet", FAIL, f"{_MVN} -q test", "fail"),
    ("maven", "pass-quiet", PASS, f"{_MVN} -q test", "pass"),
    ("maven", "failure-ignored", FAIL, f"{_MVN} -Dmaven.test.failure.ignore=true test", "fail"),
    ("maven", "skip", SKIP, f"{_MVN} test", "none"),
    ("maven", "mixed", MIXED, f"{_MVN} test", "pass"),
    ("maven", "none", NONE, f"{_MVN} test", "none"),
    ("maven", "tests-skipped", PASS, f"{_MVN} -DskipTests test", "none"),
    ("maven", "tests-skipped-altogether", PASS, f"{_MVN} -Dmaven.test.skip=true test", "none"),
    ("maven", "filter-none", PASS, f"{_MVN} -Dtest=Nowhere test", "none"),
    ("maven", "filter-none-may-pass", PASS, f"{_MVN} -Dtest=Nowhere -DfailIfNoTests=false test", "none"),
    ("maven", "filter", FAIL, f"{_MVN} -Dtest=PTest test", "pass"),
    ("maven", "broken", BROKEN, f"{_MVN} test", "fail"),
    ("maven", "modules-pass", MODULES_PASS, f"{_MVN} test", "pass"),
    ("maven", "modules-one-fails", MODULES, f"{_MVN} test", "fail"),
    ("maven", "modules-one-fails-all", MODULES, f"{_MVN} -fae test", "fail"),
    ("maven", "retried", _maven(OTest=ONCE), f"{_MVN} -Dsurefire.rerunFailingTestsCount=2 test", "pass"),
    ("maven", "retried-in-vain", FAIL, f"{_MVN} -Dsurefire.rerunFailingTestsCount=1 test", "fail"),
    ("maven", "prints-a-summary", _maven(OTest=SAYS), f"{_MVN} test", "fail"),
    ("gradle", "pass", _gradle(PTest=PASSES), f"{_GRADLE} test", "pass"),
    ("gradle", "up-to-date", _gradle(PTest=PASSES), f"{_GRADLE} test", "pass"),
    ("gradle", "build", _gradle(PTest=PASSES), f"{_GRADLE} clean build", "pass"),
    ("gradle", "fail", _gradle(PTest=PASSES, FTest=FAILS), f"{_GRADLE} test", "fail"),
    ("gradle", "fail-continue", _gradle(PTest=PASSES, FTest=FAILS), f"{_GRADLE} --continue check", "fail"),
    ("gradle", "failures-ignored", _gradle(_SPARED, PTest=PASSES, FTest=FAILS), f"{_GRADLE} test", "fail"),
    ("gradle", "pass-told", _gradle(_TOLD, PTest=PASSES), f"{_GRADLE} test", "pass"),
    ("gradle", "fail-told", _gradle(_TOLD, PTest=PASSES, FTest=FAILS), f"{_GRADLE} test", "fail"),
    ("gradle", "skip", _gradle(STest=SKIPS), f"{_GRADLE} test", "none"),
    ("gradle", "mixed", _gradle(PTest=PASSES, STest=SKIPS), f"{_GRADLE} test", "pass"),
    ("gradle", "none", _gradle(), f"{_GRADLE} test", "none"),
    ("gradle", "filter", _gradle(PTest=PASSES, FTest=FAILS), f"{_GRADLE} test --tests PTest", "pass"),
    ("gradle", "filter-none", _gradle(PTest=PASSES), f"{_GRADLE} test --tests Nowhere", "none"),
    ("gradle", "left-out", _gradle(PTest=PASSES), f"{_GRADLE} build -x test", "none"),
    ("gradle", "broken", _gradle(PTest="  @Test public void a() { nowhere(); }\n"), f"{_GRADLE} test", "fail"),
    ("gradle", "modules-one-fails", GRADLE_MODULES, f"{_GRADLE} test", "fail"),
    ("gradle", "modules-one-fails-all", GRADLE_MODULES, f"{_GRADLE} --continue test", "fail"),
    ("gradle", "prints-a-summary", _gradle(_TOLD + "test { testLogging.showStandardStreams = true }\n", OTest=SAYS), f"{_GRADLE} test", "fail"),
    ("gradle", "quiet", _gradle(PTest=PASSES), f"{_GRADLE} -q clean test", "pass"),
]
PREPARE = {("gradle", "up-to-date"): f"{_GRADLE} test", ("gradle", "left-out"): f"{_GRADLE} test"}
