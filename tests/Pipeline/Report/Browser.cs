using System.Diagnostics;

namespace Anneal.Tests.Pipeline.Report;

/// <summary>A real browser without a window.</summary>
internal static class Browser
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "chrome"];

    /// <summary>The elements of a page after its scripts have run; skips the test where there is no browser.</summary>
    public static string Open(string file)
    {
        string? browser = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => s_names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (browser is null)
        {
            Assert.Ignore("needs chromium on the PATH");
        }

        using var profile = new TempFolder();
        var start = new ProcessStartInfo(browser!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={profile["profile"]}",
                "--window-size=1200,900", "--virtual-time-budget=10000", "--dump-dom", new Uri(file).AbsoluteUri,
            ])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string page = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        return page;
    }
}
