using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Anneal.Onnx;
using Anneal.Pipeline.Config;

namespace Anneal.Pipeline.Commands;

/// <summary>Runs a command line: the one place where an error becomes a message and an exit code.</summary>
internal static class CommandHost
{
    /// <summary>A bug of ours: <c>EX_SOFTWARE</c> of sysexits.h.</summary>
    public const int InternalError = 70;

    public static int Run(string[] args)
    {
        RootCommand root = CommandTree.Create();
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        bool isWork = parsed.CommandResult.Command is AnnealCommand leaf && parsed.Action == leaf.Action;
        if ((isWork || parsed.Action is ParseErrorAction) && ParseErrors.Describe(parsed) is { } errors)
        {
            return Report(new CommandOutput(args.Contains(CommandTree.Json.Name)), (int)ExitCode.Usage, errors);
        }

        if (isWork)
        {
            return Execute((AnnealCommand)parsed.CommandResult.Command, parsed);
        }

        int code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        return args.Length == 0 ? (int)ExitCode.Usage : code;
    }

    private static int Execute(AnnealCommand command, ParseResult parsed)
    {
        var output = new CommandOutput(parsed.GetValue(CommandTree.Json));
        using var cancel = new CancellationTokenSource();
        void Interrupt(PosixSignalContext context)
        {
            // The second signal has its usual effect.
            context.Cancel = !cancel.IsCancellationRequested;
            if (context.Cancel)
            {
                output.Message("interrupted: stopping after the work under way (once more to kill)");
                cancel.Cancel();
            }
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        try
        {
            return (int)command.Run(parsed, output, cancel.Token);
        }
        catch (Exception error)
        {
            return Fail(error, output, parsed.GetValue(CommandTree.Verbose));
        }
    }

    private static int Fail(Exception error, CommandOutput output, bool verbose)
    {
        if (verbose)
        {
            output.Message(error.ToString());
        }

        return error switch
        {
            AnnealException e => Report(output, (int)e.Code, e.Message),
            ConfigException e => Report(output, (int)ExitCode.Usage, e.Message, e.Diagnostics),
            OperationCanceledException => Report(output, (int)ExitCode.Interrupted, "interrupted"),
            IOException or UnauthorizedAccessException => Report(output, (int)ExitCode.Data, error.Message),
            _ => Report(
                output,
                InternalError,
                $"internal error: {error.GetType().Name}: {error.Message}\nThis is a bug in anneal. "
                    + "Please report it with the command line, the output with --verbose, and what 'anneal doctor' says."),
        };
    }

    private static int Report(CommandOutput output, int code, string message, IReadOnlyList<Diagnostic>? diagnostics = null)
    {
        output.Message(message);
        output.Result(new ErrorReport(new ErrorReport.Body(code, message, diagnostics ?? [])), CommandJson.Default.ErrorReport);
        return code;
    }
}
