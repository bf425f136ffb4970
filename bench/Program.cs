using Anneal.Bench;

if (args is ["step", .. string[] steps] && CompareOptions.Parse(steps, "mlp", "mlp32", "tabular", "cnn", "resnet20", "lstm", "transformer") is { } cases)
{
    return await StepComparison.RunAsync(cases);
}

if (args is ["gemm", .. string[] products] && CompareOptions.Parse(products, "256", "512", "1024", "2048") is { } sizes && sizes.Cases.All(s => s.All(char.IsAsciiDigit)))
{
    return await GemmComparison.RunAsync(sizes);
}

Console.Error.WriteLine(CompareOptions.Usage);
return 2;
