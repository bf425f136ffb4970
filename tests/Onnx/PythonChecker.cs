using System.ComponentModel;
using System.Diagnostics;

namespace Anneal.Tests.Onnx;

/// <summary>ONNX's own checker, where Debian's python3-onnx is installed.</summary>
internal static class PythonChecker
{
    private static readonly Lazy<string?> s_missing = new(() =>
    {
        try
        {
            (int code, string error) = Python("import onnx");
            return code == 0 ? null : $"python3-onnx is not installed: {error.Trim().Split('\n')[^1]}";
        }
        catch (Win32Exception e)
        {
            return $"python3 is not installed: {e.Message}";
        }
    });

    /// <summary>Asserts that the checker takes a file, shapes and types included; skips the test where there is no checker.</summary>
    public static void Check(string path)
    {
        if (s_missing.Value is { } why)
        {
            Assert.Ignore(why);
        }

        (int code, string error) = Python("import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=True)", path);
        Assert.That(code, Is.Zero, error);
    }

    private static (int Code, string Error) Python(params string[] arguments)
    {
        // Debian's packages belong to Debian's interpreter, which need not be the first in PATH.
        string python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        using Process process = Process.Start(new ProcessStartInfo(python, ["-c", .. arguments]) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
