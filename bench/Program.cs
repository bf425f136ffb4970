Console.Error.WriteLine("usage: dotnet run -c Release --project bench -- BENCHMARK [OPTIONS]");
return 2;
